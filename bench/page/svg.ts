import { escapeXml } from '../../local/s3/wire/xml.ts';

/* SVG that is readable on light and dark pages, and that screen readers can describe. */

/** Colours that differ in brightness, too. They have a contrast of 3 and more on white and on GitHub's dark pages. */
const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .quiet { fill: #59636e }
  .axis { stroke: #818b98; stroke-width: 1 }
  .goal { stroke: #1f2328; stroke-width: 3 }
  .met, .s0 { fill: #1a7f37 } .missed, .s1 { fill: #cf222e } .s2 { fill: #0969da }
  .line { fill: none; stroke-width: 2 }
  .line.s0 { stroke: #1a7f37 } .line.s1 { stroke: #cf222e } .line.s2 { stroke: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .quiet { fill: #9198a1 } .goal { stroke: #f0f6fc }
    .met, .s0 { fill: #3fb950 } .missed, .s1 { fill: #f85149 } .s2 { fill: #58a6ff }
    .line { fill: none }
    .line.s0 { stroke: #3fb950 } .line.s1 { stroke: #f85149 } .line.s2 { stroke: #58a6ff }
  }`;

export type VectorPicture = {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** What the picture shows, in words. */
  readonly description: string;
  readonly elements: readonly string[];
};

/** Writes an SVG file. */
export function svg({ width, height, title, description, elements }: VectorPicture): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">${escapeXml(title)}</title>
<desc id="desc">${escapeXml(description)}</desc>
<style>${style}
</style>
${elements.join('\n')}
</svg>
`;
}
