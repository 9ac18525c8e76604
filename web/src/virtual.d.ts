/** Cut out of the atlas while building; see vite.config.ts. */
declare module "virtual:coasts" {
  const coasts: GeoJSON.FeatureCollection;
  export default coasts;
}
