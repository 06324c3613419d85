/** The sitter as SVG: flat shapes with light from the upper left. */

const skin = { light: '#e9a37c', base: '#cf7f5c', shade: '#a4563f', deep: '#7c3b33' };
const hair = { base: '#1f1b33', light: '#3a3358', shine: '#5d5382' };
const coat = { base: '#1d6a6e', light: '#2f8b88', shade: '#134a52' };
const gold = { base: '#f0b548', shade: '#b97524' };

/** Curls behind the head and shoulders: discs along an outline. */
const cloudOfHair = (): string => {
  const curls = Array.from({ length: 26 }, (_, i) => {
    const angle = Math.PI * (0.86 + (1.28 * i) / 25);
    const [x, y] = [610 + 322 * Math.cos(angle), 560 + 318 * Math.sin(angle)];
    return `<circle cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" r="${66 + ((i * 37) % 28)}"/>`;
  });
  return `<g fill="${hair.base}">${curls.join('')}<ellipse cx="610" cy="560" rx="335" ry="330"/>
    <circle cx="318" cy="760" r="84"/><circle cx="352" cy="838" r="70"/><circle cx="905" cy="760" r="84"/>
    <circle cx="872" cy="838" r="70"/></g>`;
};

const curlLights = (): string => {
  const arcs = Array.from({ length: 20 }, (_, i) => {
    const angle = Math.PI * (0.98 + (0.62 * i) / 19);
    const reach = 236 + ((i * 53) % 92);
    const [x, y] = [610 + reach * Math.cos(angle), 560 + reach * Math.sin(angle)];
    const r = 26 + ((i * 29) % 22);
    return `<path d="M${(x - r).toFixed(0)} ${y.toFixed(0)}a${r} ${r} 0 0 1 ${r} -${r}"/>`;
  });
  return `<g fill="none" stroke="${hair.light}" stroke-width="15" stroke-linecap="round">${arcs.join('')}</g>
    <g fill="none" stroke="${hair.shine}" stroke-width="7" stroke-linecap="round" transform="translate(-7 -9)">${arcs.filter((_, i) => i % 2 === 0).join('')}</g>`;
};

const shoulders = (): string => `
  <path d="M90 1620C110 1330 250 1230 450 1180L610 1290L770 1180C970 1230 1100 1330 1120 1620Z" fill="${coat.base}"/>
  <path d="M90 1620C110 1330 250 1230 450 1180L520 1330C380 1400 330 1500 320 1620Z" fill="${coat.light}"/>
  <path d="M1120 1620C1100 1330 970 1230 770 1180L720 1340C850 1410 900 1500 905 1620Z" fill="${coat.shade}"/>`;

const neck = (): string => `
  <path d="M488 900L480 1130C470 1190 440 1205 420 1215C470 1330 560 1400 612 1420C670 1395 760 1320 802 1212C775 1202 748 1185 742 1130L735 900Z" fill="${skin.base}"/>
  <path d="M488 950C520 1060 600 1110 640 1108C690 1105 728 1040 736 960L742 1130C748 1185 775 1202 802 1212C770 1290 700 1370 640 1408C690 1290 700 1180 610 1160C540 1145 497 1060 488 950Z" fill="${skin.shade}"/>`;

const lapels = (): string => `
  <path d="M424 1176C400 1190 392 1206 396 1222L600 1600L640 1500C560 1420 480 1310 450 1188C446 1176 436 1172 424 1176Z" fill="${coat.light}"/>
  <path d="M800 1174C822 1190 830 1206 826 1222C790 1380 720 1510 620 1620H500C640 1500 730 1340 776 1186C780 1174 790 1170 800 1174Z" fill="#27807f"/>
  <path d="M826 1222C790 1380 720 1510 620 1620H650C750 1510 815 1390 842 1230Z" fill="${coat.shade}"/>
  <path d="M776 1186C730 1340 640 1500 500 1620" fill="none" stroke="${gold.base}" stroke-width="7"/>
  <path d="M450 1188C480 1310 560 1420 622 1492" fill="none" stroke="${gold.base}" stroke-width="7"/>`;

const face = (): string => `
  <path d="M404 590C396 760 430 880 500 962C548 1018 585 1036 616 1036C652 1036 690 1014 736 958C800 880 828 760 818 590C810 430 720 350 612 350C500 350 412 430 404 590Z" fill="${skin.base}"/>
  <path d="M404 590C396 760 430 880 500 962C520 985 538 1002 555 1014C500 900 470 800 500 640C516 540 560 470 640 420C700 384 700 370 690 366C664 355 638 350 612 350C500 350 412 430 404 590Z" fill="${skin.light}"/>
  <path d="M818 590C828 760 800 880 736 958C690 1014 652 1036 616 1036C660 1000 720 930 742 840C760 760 728 720 740 640C752 570 790 520 790 470C806 506 816 546 818 590Z" fill="${skin.shade}"/>`;

const ears = (): string => `
  <path d="M408 640C384 624 366 640 370 684C374 730 396 768 420 762Z" fill="${skin.light}"/>
  <path d="M816 640C840 624 858 640 854 684C850 730 828 768 804 762Z" fill="${skin.shade}"/>
  <g fill="${gold.base}"><circle cx="392" cy="790" r="12"/><path d="M392 806a52 52 0 1 0 .1 0zm0 20a33 33 0 1 1 -.1 0z" fill-rule="evenodd"/></g>
  <g fill="${gold.shade}"><circle cx="832" cy="790" r="12"/><path d="M832 806a52 52 0 1 0 .1 0zm0 20a33 33 0 1 1 -.1 0z" fill-rule="evenodd"/></g>`;

const lash = (x: number, flip: number): string => `
  <g transform="translate(${x} 690) scale(${flip} 1)">
    <path d="M-64 -10C-50 -52 40 -58 66 -6C44 12 -40 16 -64 -10Z" fill="${skin.shade}" opacity=".75"/>
    <path d="M-66 -8C-40 26 36 28 68 -8C40 12 -38 14 -66 -8Z" fill="${hair.base}"/>
    <path d="M60 -2l26 12M46 10l20 20M26 17l12 23M2 19l3 24" stroke="${hair.base}" stroke-width="6" stroke-linecap="round"/>
    <path d="M-78 -84C-40 -122 40 -124 88 -84C44 -100 -36 -100 -74 -70Z" fill="${hair.base}"/></g>`;

const features = (): string => `
  ${lash(506, -1)}${lash(718, 1)}
  <path d="M622 640C640 720 664 780 668 812C672 842 646 856 614 856C640 836 640 800 628 760C618 724 614 680 622 640Z" fill="${skin.shade}"/>
  <path d="M596 660C592 720 576 780 572 816C570 836 584 846 596 848C590 800 600 740 606 660Z" fill="#f4bd96" opacity=".8"/>
  <path d="M574 838C588 852 600 848 612 854C626 848 640 852 656 838C648 866 630 862 614 866C598 862 582 864 574 838Z" fill="${skin.deep}"/>
  <path d="M536 926C566 906 592 898 614 908C638 898 664 906 694 926C664 932 640 934 614 932C588 934 564 932 536 926Z" fill="#9c2f3c"/>
  <path d="M536 926C566 932 590 934 614 932C640 934 664 932 694 926C672 962 642 972 614 972C586 972 558 962 536 926Z" fill="#c9484c"/>
  <path d="M578 946C600 954 622 954 640 948C624 962 594 962 578 946Z" fill="#ea8a80" opacity=".8"/>
  <ellipse cx="462" cy="818" rx="52" ry="38" fill="#e0685a" opacity=".45"/><ellipse cx="764" cy="818" rx="46" ry="36" fill="#8f3a38" opacity=".35"/>`;

/** The hairline over the forehead, and a band of cloth with gold discs. */
const fringe = (): string => `
  <path d="M392 640C380 470 440 330 612 322C790 330 846 470 830 640C822 560 800 500 740 470C660 440 560 440 484 470C424 500 402 560 392 640Z" fill="${hair.base}"/>
  <path d="M372 500C420 360 520 300 612 300C706 300 806 360 852 500C790 410 700 376 612 376C524 376 436 410 372 500Z" fill="#d8503f"/>
  <path d="M372 500C420 360 520 300 612 300C640 300 668 305 694 314C560 330 450 400 372 500Z" fill="#f0765a"/>
  <g fill="${gold.base}"><circle cx="612" cy="340" r="23"/><circle cx="522" cy="354" r="15"/><circle cx="702" cy="354" r="15"/><circle cx="450" cy="396" r="11"/><circle cx="774" cy="396" r="11"/></g>`;

export const figure = (): string =>
  [
    cloudOfHair(),
    curlLights(),
    neck(),
    shoulders(),
    lapels(),
    ears(),
    face(),
    features(),
    fringe(),
  ].join('');
