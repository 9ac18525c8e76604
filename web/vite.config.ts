import { svelte } from "@sveltejs/vite-plugin-svelte";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { defineConfig, type Plugin } from "vite";
import atlas from "world-atlas/countries-50m.json" with { type: "json" };

const FINE = new Set(["392", "410", "408"]); // Japan and both Koreas, by ISO number

/** The coasts of the inset map, cut out of the finer atlas while building: the rest stays behind. */
function fineCoasts(): Plugin {
  const name = "virtual:coasts";
  return {
    name: "fine-coasts",
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) => {
      if (id !== `\0${name}`) return undefined;
      const world = atlas as unknown as Topology<{ countries: GeometryCollection }>;
      const geometries = world.objects.countries.geometries.filter((one) =>
        FINE.has(String(one.id)),
      );
      const found = feature(world, { type: "GeometryCollection", geometries });
      const round = (_: string, value: unknown): unknown =>
        typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
      return `export default ${JSON.stringify(found, round)};`;
    },
  };
}

// The server serves what is built here; `npm run dev` needs a server on port 8765 beside it.
export default defineConfig({
  base: "./",
  plugins: [svelte(), fineCoasts()],
  build: {
    outDir: "../src/backhaul/web/static",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8765", "/openapi.json": "http://127.0.0.1:8765" } },
});
