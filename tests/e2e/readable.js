// What on a page is hard to read or to hit: text with less than 4.5 to 1 against what lies behind it (WCAG 2.1, 1.4.3),
// and buttons and links of less than 24 px (2.5.8). What cannot be used is exempt there and here.
() => {
  const LEAST_CONTRAST = 4.5, LEAST_SIDE = 24;
  const WHITE = [255, 255, 255, 1];
  const rgba = (text) => {
    const numbers = text.match(/[\d.]+/g).map(Number);
    const scaled = text.startsWith("color(") ? numbers.map((one, at) => (at < 3 ? one * 255 : one)) : numbers;
    return [...scaled.slice(0, 3), scaled[3] ?? 1];
  };
  const over = (top, under) => {
    const alpha = top[3] + under[3] * (1 - top[3]);
    if (!alpha) return [0, 0, 0, 0];
    return [0, 1, 2].map((at) => (top[at] * top[3] + under[at] * under[3] * (1 - top[3])) / alpha).concat(alpha);
  };
  const linear = (value) => (value <= 10.3 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const contrast = (one, other) => {
    const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const ancestors = (element) => {
    const found = [];
    for (let one = element; one; one = one.parentElement) found.push(one);
    return found;
  };
  const holds = (element, x, y) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return left <= x && x <= right && top <= y && y <= bottom;
  };
  // What does not reach behind the text, such as a slider's thumb below its number, is no ground of it, unless the text
  // is scrolled in it. Of a drawing all that is filled below the text is, in the order in which it is drawn.
  const ground = (element, x, y) => {
    let colour = [0, 0, 0, 0];
    for (const one of ancestors(element)) {
      const { backgroundColor, overflowX, overflowY } = getComputedStyle(one);
      const isScrolled = overflowX !== "visible" || overflowY !== "visible";
      if (isScrolled || holds(one, x, y)) colour = over(colour, rgba(backgroundColor));
    }
    colour = over(colour, WHITE);
    const plot = element instanceof SVGElement && element.closest(".plot");
    for (const sheet of plot ? plot.querySelectorAll(".main-svg") : []) {
      colour = over(rgba(getComputedStyle(sheet).backgroundColor), colour);
    }
    for (const one of plot ? plot.querySelectorAll("rect, path") : []) {
      const { fill, fillOpacity, opacity } = getComputedStyle(one);
      if (fill === "none" || one.closest("defs, .draglayer, .modebar") || !holds(one, x, y)) continue;
      const filled = rgba(fill);
      colour = over([...filled.slice(0, 3), filled[3] * Number(fillOpacity) * Number(opacity)], colour);
    }
    return colour;
  };
  const opacity = (element) =>
    ancestors(element).reduce((product, one) => product * Number(getComputedStyle(one).opacity), 1);
  const isSeen = (element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const canBeUsed = (element) => !element.closest("[disabled], [aria-disabled=true]");
  const name = (element) => `${element.tagName} in ${element.closest("[data-testid]")?.dataset.testid}`;
  // Letters over a picture have the black of the stage behind them, or a shadow of their own.
  const isOverPicture = (element, x, y) =>
    [...(element.closest(".plot")?.querySelectorAll("image, canvas") ?? [])].some((one) => holds(one, x, y));

  const found = [];
  const elements = [...document.body.querySelectorAll("*")].filter(
    (one) => !["STYLE", "SCRIPT", "NOSCRIPT", "TITLE", "OPTION"].includes(one.tagName) && canBeUsed(one) && isSeen(one),
  );
  for (const element of elements) {
    const text = [...element.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data.trim()).join(" ");
    // A mark without a word, such as a bullet, is no text.
    if (!/[\p{L}\p{N}]/u.test(text)) continue;
    const { left, top, width, height } = element.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    if (isOverPicture(element, x, y)) continue;
    const style = getComputedStyle(element);
    const isDrawn = element instanceof SVGElement;
    const colour = rgba(isDrawn ? style.fill : style.color);
    colour[3] *= opacity(element) * (isDrawn ? Number(style.fillOpacity) : 1);
    const behind = ground(element, x, y);
    const ratio = contrast(over(colour, behind), behind);
    if (ratio < LEAST_CONTRAST) found.push(`${ratio.toFixed(2)} to 1: "${text.slice(0, 40)}", ${name(element)}`);
  }
  // A smaller one will do where 24 px around its middle meet no other.
  const targets = elements.filter((one) => one.matches("button, [role=button], [role=tab], [role=radio]"));
  for (const element of targets) {
    const { left, top, width, height } = element.getBoundingClientRect();
    if (Math.min(width, height) >= LEAST_SIDE) continue;
    const [x, y] = [left + width / 2, top + height / 2];
    const away = targets.filter((one) => one !== element && !one.contains(element) && !element.contains(one)).map((one) => {
      const box = one.getBoundingClientRect();
      return Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
    });
    if (Math.min(...away) >= LEAST_SIDE / 2) continue;
    found.push(`${Math.min(width, height).toFixed(0)} px: "${element.innerText.slice(0, 40)}", ${name(element)}`);
  }
  return found;
}
