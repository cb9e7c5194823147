// What kind of room a name speaks of, for its furniture, its size and its place on the plan.

/** Kinds in the order in which they are tried; words as a home file may spell them, in any of its scripts. */
const WORDS = [
  ["bath", /bath|toilet|wash ?room|nuhaun|snan|charpi|\bwc\b|नुहाउ|स्नान|शौचालय|बाथ|चर्पी/],
  ["dining", /dining|khan[ae]\b|खाने|खाना खाने|डाइनिङ/],
  ["kitchen", /kitchen|bh?an[cs]+h?h?a|pakaun|भान्|किचन|पकाउ/],
  ["prayer", /prayer|puja|pooja|mandir|shrine|temple|पूजा|पुजा|मन्दिर/],
  ["study", /study|padhn|reading|office|library|adhyayan|karyala|\bwork|पढ्ने|अध्ययन|कार्या/],
  ["bed", /bed|sutn|guest|kids|nursery|master|sayan|shayan|dai|didi|aama|ama\b|buwa|hajur|chhor|सुत्ने|शयन|बेड|छोर|पाहुना/],
  ["living", /living|baithak|drawing|sitting|lounge|parlou?r|family|tv room|बैठक/],
  ["hall", /corridor|hallway|passage|lobby|entrance|foyer|\bhall\b|\bbato\b|aune jane|करिडोर|बाटो|दलान/],
  ["stairs", /stair|bharyang|sidi\b|सिँढी|भर्‍याङ|भर्याङ/],
  ["store", /store|storage|bhandar|pantry|cellar|laundry|भण्डार|स्टोर/],
  ["balcony", /balcon|bardali|barand|verand|porch|patio|बार्दली|बरन्डा|बाल्कोनी|पिँढी/],
  ["terrace", /terrace|kausi|chh?at|roof|deck|कौसी|छत|टेरेस/],
  ["garden", /garden|yard|bagaicha|aangan|angan|lawn|outside|bahira|बगैँचा|बगैंचा|आँगन|बाहिर/],
  ["garage", /garage|parking|shed|ग्यारेज|पार्किङ/],
];

/** How much room each kind takes, beside the others. */
const SIZES = {
  living: 1.75,
  bed: 1.35,
  terrace: 1.35,
  kitchen: 1.15,
  dining: 1.15,
  garden: 1.6,
  garage: 1.1,
  study: 1.05,
  hall: 0.85,
  balcony: 0.9,
  prayer: 0.8,
  bath: 0.75,
  store: 0.75,
  stairs: 0.7,
  room: 1,
};

const OUTDOORS = new Set(["balcony", "terrace", "garden"]);

/** The kind of a room: what its own name says, else what its aliases say. */
export function kindOf(room) {
  for (const said of [room.name, (room.aliases ?? []).join(" · ")]) {
    const text = said.toLowerCase();
    const found = WORDS.find(([, words]) => words.test(text));
    if (found) return found[0];
  }
  return "room";
}

export const sizeOf = (kind) => SIZES[kind];
export const isOutdoors = (kind) => OUTDOORS.has(kind);
