// What a light looks like on a screen.

/** The colours of the command language as lamps give them, not as paint: [red, green, blue] of 255. */
const NAMED = {
  red: [255, 58, 48],
  orange: [255, 148, 40],
  yellow: [255, 244, 64],
  green: [72, 214, 96],
  blue: [64, 120, 255],
  purple: [150, 84, 255],
  pink: [255, 128, 176],
  white: [255, 250, 244],
  cyan: [24, 224, 255],
  magenta: [255, 64, 200],
  turquoise: [64, 224, 196],
  gold: [255, 206, 48],
};

/**
 * A black body of so many kelvin, as [red, green, blue] of 255.
 * The fit of Tanner Helland, "How to convert temperature (K) to RGB" (2012), to Mitchell Charity's
 * "What color is a blackbody?" table; good from 1000 to 40000 K.
 */
export function fromKelvin(kelvin) {
  const t = kelvin / 100;
  const red = t <= 66 ? 255 : 329.698727446 * (t - 60) ** -0.1332047592;
  const green = t <= 66 ? 99.4708025861 * Math.log(t) - 161.1195681661 : 288.1221695283 * (t - 60) ** -0.0755148492;
  const blue = t >= 66 ? 255 : t <= 19 ? 0 : 138.5177312231 * Math.log(t - 10) - 305.0447927307;
  return [red, green, blue].map((part) => Math.round(Math.min(255, Math.max(0, part))));
}

/** The colour of a light when it is on; one of a single white is warm white. Eyes adapt to a white, which looks paler. */
export function colourOf(light) {
  return (light.color && NAMED[light.color]) || mix(fromKelvin(light.color_temp ?? 2700), [255, 255, 255], 0.86);
}

/** How bright a light looks, 0 to 1: the eye takes half the power for more than half the light. */
export function brightnessOf(light) {
  return light.on && light.reachable ? light.brightness ** 0.6 : 0;
}

export const css = ([red, green, blue]) => `rgb(${red}, ${green}, ${blue})`;

/** `share` of one colour, the rest of the other. */
export function mix(one, other, share) {
  return one.map((part, index) => Math.round(part * share + other[index] * (1 - share)));
}

/** Relative luminance, as the WCAG defines it. */
export function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
