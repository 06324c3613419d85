import sharp from 'sharp';
import { rasterised } from './vector.ts';

/** `mark.png`: a signet ring with an engraved picture. Its holes are transparent. */

const sheet = { width: 400, height: 400 };

const body = `
  <defs><linearGradient id="gold" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#f7d382"/>
    <stop offset=".45" stop-color="#dd9f3c"/><stop offset="1" stop-color="#a8661b"/></linearGradient>
  <linearGradient id="band" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#eebd5e"/>
    <stop offset=".5" stop-color="#c98a2e"/><stop offset="1" stop-color="#8f5213"/></linearGradient>
  <mask id="cut"><rect width="400" height="400" fill="#fff"/>
    <path fill="#000" d="M158 66H242a20 20 0 0 1 20 20V154L226 124L208 144L176 96L138 150V86a20 20 0 0 1 20 -20z"/>
    <circle cx="230" cy="96" r="13" fill="#fff"/></mask>
  <mask id="below"><rect width="400" height="400" fill="#fff"/>
    <rect x="92" y="20" width="216" height="192" rx="58" fill="#000"/></mask></defs>
  <path mask="url(#below)" fill-rule="evenodd" fill="url(#band)" d="M200 120a132 132 0 1 0 .1 0zM200 162a92 92 0 1 1 -.1 0z"/>
  <rect mask="url(#cut)" x="104" y="32" width="192" height="168" rx="48" fill="url(#gold)"/>`;

export const paintMark = async (scale = 1): Promise<Buffer> =>
  sharp(await rasterised(sheet, body, scale))
    .png({ compressionLevel: 9, effort: 10 })
    .toBuffer();
