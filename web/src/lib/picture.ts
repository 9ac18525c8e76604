/** Pictures as files: the SVG that is on the page, alone, and the same drawn as PNG. */
import { t } from "../lang/index.svelte";
import { Failure } from "./api";
import { FONT } from "./palette.svelte";
import { token } from "./theme.svelte";

const SCALE = 2;

/** Return a drawn SVG as a file of its own, on the ground of the page. */
export function svgText(svg: SVGSVGElement): string {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(Math.round(width)));
  copy.setAttribute("height", String(Math.round(height)));
  if (!copy.getAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  copy.setAttribute("font-family", FONT);
  copy.removeAttribute("style");
  const box = copy.getAttribute("viewBox")!.split(/[\s,]+/);
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("x", box[0]!);
  ground.setAttribute("y", box[1]!);
  ground.setAttribute("width", box[2]!);
  ground.setAttribute("height", box[3]!);
  ground.setAttribute("fill", token("paper"));
  copy.insertBefore(ground, copy.firstChild);
  return new XMLSerializer().serializeToString(copy);
}

/** Return a drawn SVG as a PNG at twice its size. */
export async function png(svg: SVGSVGElement): Promise<Blob> {
  const { width, height } = svg.getBoundingClientRect();
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * SCALE);
  canvas.height = Math.round(height * SCALE);
  const pen = canvas.getContext("2d");
  pen?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (pen === null || blob === null) {
    throw new Failure({
      code: "picture",
      where: t("error.download_where"),
      what: t("error.download_what"),
      fix: t("error.download_fix"),
    });
  }
  return blob;
}

/** Hand a file to the reader. */
export function save(content: Blob | string, name: string, type = "text/plain"): void {
  const blob =
    typeof content === "string" ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
