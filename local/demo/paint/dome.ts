import { lerp } from './maths.ts';

/** The observatory as SVG: a drum, a ribbed dome with an open slit, and lamplight inside. */

const centre = { x: 3350, spring: 2330, radius: 430 };

const gradients = `
  <linearGradient id="drum"><stop offset="0" stop-color="#3c4356"/><stop offset=".3" stop-color="#272d3e"/>
    <stop offset=".75" stop-color="#141826"/><stop offset="1" stop-color="#0d101b"/></linearGradient>
  <radialGradient id="dome" cx=".27" cy=".2" r="1"><stop offset="0" stop-color="#8692ae"/>
    <stop offset=".35" stop-color="#4a546f"/><stop offset=".75" stop-color="#1f2538"/>
    <stop offset="1" stop-color="#121624"/></radialGradient>
  <linearGradient id="slit" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#7c2f14"/>
    <stop offset=".45" stop-color="#e0782a"/><stop offset="1" stop-color="#ffd18a"/></linearGradient>
  <radialGradient id="lamp"><stop offset="0" stop-color="#ffb765" stop-opacity=".6"/>
    <stop offset=".4" stop-color="#f08a3a" stop-opacity=".18"/>
    <stop offset="1" stop-color="#f08a3a" stop-opacity="0"/></radialGradient>
  <filter id="soft" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="34"/></filter>`;

/** A meridian of the dome as seen from the side: an arc from the springing line to the top. */
const rib = (lean: number): string => {
  const { x, spring, radius } = centre;
  const reach = Math.abs(radius * lean);
  return `<path d="M${x + radius * lean} ${spring}A${reach} ${radius} 0 0 ${lean > 0 ? 0 : 1} ${x} ${spring - radius}"/>`;
};

const ribs = (): string =>
  [-0.97, -0.85, -0.66, -0.42, 0.5, 0.72, 0.88, 0.97].map((lean) => rib(lean)).join('');

/** The slit follows two meridians; the telescope looks out of it. */
const slit = (): string => {
  const { x, spring, radius } = centre;
  const [left, right] = [radius * 0.2, radius * 0.12];
  const top = spring - radius;
  const outline = `M${x - left} ${spring - 26}A${left} ${radius} 0 0 1 ${x - 40} ${top - 4}L${x + 44} ${top - 4}A${right} ${radius} 0 0 1 ${x + right} ${spring - 26}Z`;
  return `<path d="${outline}" fill="#ff9a45" opacity=".65" filter="url(#soft)"/>
    <path d="${outline}" fill="url(#slit)"/>
    <g transform="rotate(-3 ${x - 10} ${spring - 90})" fill="#1a1210">
      <rect x="${x - 36}" y="${spring - 420}" width="72" height="350"/>
      <rect x="${x - 46}" y="${spring - 440}" width="92" height="56" rx="6"/></g>
    <path d="M${x - left - 14} ${spring - 26}A${left + 14} ${radius} 0 0 1 ${x - 46} ${top - 14}" fill="none" stroke="#9aa6c2" stroke-width="13"/>
    <path d="M${x + right + 8} ${spring - 26}A${right + 10} ${radius} 0 0 0 ${x + 50} ${top - 14}" fill="none" stroke="#1b2032" stroke-width="15"/>`;
};

const railing = (): string => {
  const { x, spring, radius } = centre;
  const [left, right, y] = [x - radius - 66, x + radius + 66, spring + 66];
  const posts = Array.from({ length: 27 }, (_, i) => {
    const at = lerp(left, right, i / 26);
    return `M${at.toFixed(1)} ${y}v-62`;
  }).join('');
  return `<rect x="${left - 12}" y="${y}" width="${right - left + 24}" height="22" fill="#0c0f19"/>
    <path d="${posts}M${left} ${y - 62}H${right}M${left} ${y - 34}H${right}" stroke="#0c0f19" stroke-width="6" fill="none"/>`;
};

const drum = (): string => {
  const { x, spring, radius } = centre;
  const half = radius * 0.9;
  const window = (at: number): string =>
    `<rect x="${at - 26}" y="${spring + 170}" width="52" height="94" rx="26" fill="#ffc877"/>`;
  return `<rect x="${x - half}" y="${spring}" width="${half * 2}" height="520" fill="url(#drum)"/>
    ${[-0.62, -0.2].map((at) => window(x + half * at)).join('')}
    <path d="M${x + 92} ${spring + 520}v-200a62 62 0 0 1 124 0v200z" fill="#ffbf69"/>
    <ellipse cx="${x + 154}" cy="${spring + 420}" rx="360" ry="300" fill="url(#lamp)"/>`;
};

export const observatoryShape = (): string => {
  const { x, spring, radius } = centre;
  return `<defs>${gradients}</defs>
    <ellipse cx="${x}" cy="${spring - 250}" rx="900" ry="760" fill="url(#lamp)" opacity=".42"/>
    ${drum()}
    <path d="M${x - radius} ${spring}a${radius} ${radius} 0 0 1 ${radius * 2} 0z" fill="url(#dome)"/>
    <g fill="none" stroke="#0e121e" stroke-opacity=".55" stroke-width="6">${ribs()}</g>
    ${slit()}
    <rect x="${x - radius - 22}" y="${spring - 30}" width="${radius * 2 + 44}" height="46" rx="8" fill="#2b3144"/>
    <rect x="${x - radius - 22}" y="${spring - 30}" width="${radius * 2 + 44}" height="9" rx="4" fill="#7d88a4" opacity=".7"/>
    ${railing()}`;
};
