/** The map: land and borders in the Equal Earth projection, the Pacific in the middle. */
import { geoEqualEarth, geoPath, type GeoPermissibleObjects, type GeoProjection } from "d3-geo";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import coasts from "virtual:coasts";
import atlas from "world-atlas/countries-110m.json";

const MIDDLE = -160; // degrees of rotation: 160° east, the usual map sends ships over the Atlantic

type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
const world = atlas as unknown as World;
const land = feature(world, world.objects.land) as GeoPermissibleObjects;
const borders = mesh(world, world.objects.countries, (a, b) => a !== b) as GeoPermissibleObjects;

type Place = [number, number];

/** From Korea to the American east coast. */
export const PACIFIC: Place[] = [
  [124, 20],
  [124, 46],
  [-68, 15],
  [-68, 49],
  [-140, 58],
];

/** Kyushu to Tohoku, where nearly all of Japan's car plants stand. */
export const JAPAN: Place[] = [
  [129.4, 32.6],
  [141.6, 32.6],
  [129.4, 39.8],
  [141.6, 39.8],
];

/** A rectangle in pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Sheet {
  land: string;
  borders: string;
  at: (longitude: number, latitude: number) => Place;
  /** The great circle between two places. */
  arc: (from: Place, to: Place) => string;
}

/** Return the map drawn into a box so that some places are all in it; fine: with Japan's coasts. */
export function sheet(box: Box, places: Place[], isFine = false): Sheet {
  const [right, bottom] = [box.x + box.width, box.y + box.height];
  const projection: GeoProjection = geoEqualEarth()
    .rotate([MIDDLE, 0])
    .fitExtent(
      [
        [box.x + 8, box.y + 8],
        [right - 8, bottom - 8],
      ],
      { type: "MultiPoint", coordinates: places },
    );
  projection.clipExtent([
    [box.x, box.y],
    [right, bottom],
  ]);
  const path = geoPath(projection).digits(1);
  return {
    land: path(isFine ? coasts : land) ?? "",
    borders: isFine ? "" : (path(borders) ?? ""),
    at: (longitude, latitude) => projection([longitude, latitude]) ?? [-99, -99],
    arc: (from, to) => path({ type: "LineString", coordinates: [from, to] }) ?? "",
  };
}
