import { escapeXml } from '../../local/s3/wire/xml.ts';
import { isMet, printFigure, printGoal, printVerdict, type Row } from '../table.ts';
import { svg } from './svg.ts';

const width = 760;
const bar = { left: 20, width: 540, height: 12, pitch: 44 } as const;
/** A figure of three times its goal fills the bar. A larger one does, too, and its number says how large it is. */
const mostShare = 3;
const goalAt = bar.left + bar.width / mostShare;

/** How much of its goal a figure is. Of a figure of which more is better, the goal is a share of it. */
function shareOf({ figure, goal, least }: Row): number {
  if (goal !== undefined) return goal === 0 ? (figure <= 0 ? 0 : mostShare) : figure / goal;
  return figure <= 0 ? mostShare : (least ?? 0) / figure;
}

function drawBar(row: Row, at: number): string {
  const y = 30 + at * bar.pitch;
  const share = Math.min(mostShare, Math.max(0.01, shareOf(row) || 0));
  const met = printVerdict(isMet(row));
  const length = (share / mostShare) * bar.width;
  const said = `${printFigure(row.figure)} ${row.unit} (goal ${printGoal(row)}, ${met})`;
  return [
    `<text x="${bar.left}" y="${y}">${escapeXml(row.what)}: <tspan class="quiet">${escapeXml(said)}</tspan></text>`,
    `<rect class="${met}" x="${bar.left}" y="${y + 7}" width="${length.toFixed(1)}" height="${bar.height}"/>`,
    `<line class="goal" x1="${goalAt}" y1="${y + 4}" x2="${goalAt}" y2="${y + 10 + bar.height}"/>`,
  ].join('\n');
}

/** Draws each figure as a bar beside a mark at its goal; undefined if no row has a goal. */
export function drawBars(title: string, rows: readonly Row[]): string | undefined {
  const judged = rows.filter((row) => isMet(row) !== undefined);
  if (judged.length === 0) return undefined;
  const met = judged.filter(isMet).length;
  const bottom = 16 + judged.length * bar.pitch;
  return svg({
    width,
    height: bottom + 30,
    title,
    description: `${judged.length} figures as shares of their goals; ${met} meet them.`,
    elements: [
      ...judged.map(drawBar),
      `<text class="quiet" x="${goalAt}" y="${bottom + 22}" text-anchor="middle">the mark is the goal</text>`,
    ],
  });
}
