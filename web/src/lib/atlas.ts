/** The map: land and borders in the Equal Earth projection, the Pacific in the middle. */
import { geoEqualEarth, geoPath, type GeoPermissibleObjects, type GeoProjection } from "d3-geo";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import atlas from "world-atlas/countries-110m.json";

const MIDDLE = -160; // degrees of rotation: 160° east, the usual map sends ships over the Atlantic

type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
const world = atlas as unknown as World;
const land = feature(world, world.objects.land) as GeoPermissibleObjects;
const borders = mesh(world, world.objects.countries, (a, b) => a !== b) as GeoPermissibleObjects;

/** What the map shows at least: from Korea to the American east coast. */
const CORNERS: [number, number][] = [
  [122, 24],
  [122, 47],
  [-66, 16],
  [-66, 50],
  [-140, 60],
];

export interface Sheet {
  land: string;
  borders: string;
  at: (longitude: number, latitude: number) => [number, number];
  /** The great circle between two places. */
  arc: (from: [number, number], to: [number, number]) => string;
}

/** Return the map drawn for a size in pixels. */
export function sheet(width: number, height: number): Sheet {
  const projection: GeoProjection = geoEqualEarth()
    .rotate([MIDDLE, 0])
    .fitExtent(
      [
        [8, 8],
        [width - 8, height - 8],
      ],
      { type: "MultiPoint", coordinates: CORNERS },
    );
  projection.clipExtent([
    [-2, -2],
    [width + 2, height + 2],
  ]);
  const path = geoPath(projection).digits(1);
  return {
    land: path(land) ?? "",
    borders: path(borders) ?? "",
    at: (longitude, latitude) => projection([longitude, latitude]) ?? [-99, -99],
    arc: (from, to) => path({ type: "LineString", coordinates: [from, to] }) ?? "",
  };
}
