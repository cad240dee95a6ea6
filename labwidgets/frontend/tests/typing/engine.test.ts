import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/typing/engine";
import { distance, habitsOf, keyOf, latinOf } from "../../src/typing/folding";

type Pairs = [latin: string, word: string][];

/** Words that come first without any list: spelling alone leaves little doubt. */
const SURE: [language: string, script: string, pairs: Pairs][] = [
  [
    "hi",
    "Deva",
    [
      ["namaste", "नमस्ते"],
      ["aap", "आप"],
      ["kaise", "कैसे"],
      ["karna", "करना"],
      ["hai", "है"],
      ["baarish", "बारिश"],
      ["kyA", "क्या"],
      ["dharm", "धर्म"],
      ["aaiye", "आइये"],
    ],
  ],
  [
    "mr",
    "Deva",
    [
      ["aahe", "आहे"],
      ["tumhi", "तुम्ही"],
    ],
  ],
  [
    "gu",
    "Gujr",
    [
      ["kem", "કેમ"],
      ["ghar", "ઘર"],
    ],
  ],
  [
    "pa",
    "Guru",
    [
      ["pakkaa", "ਪੱਕਾ"],
      ["hai", "ਹੈ"],
      ["munDaa", "ਮੁੰਡਾ"],
    ],
  ],
  [
    "bn",
    "Beng",
    [
      ["ami", "আমি"],
      ["tumi", "তুমি"],
      ["baaDii", "বাডী"],
      ["bangla", "বাংলা"],
    ],
  ],
  [
    "or",
    "Orya",
    [
      ["ghara", "ଘର"],
      ["jala", "ଜଲ"],
    ],
  ],
  [
    "ta",
    "Taml",
    [
      ["naan", "நான்"],
      ["nandri", "நன்றி"],
      ["thamizh", "தமிழ்"],
      ["illai", "இல்லை"],
      ["enna", "என்ன"],
      ["veedu", "வீடு"],
    ],
  ],
  [
    "te",
    "Telu",
    [
      ["telugu", "తెలుగు"],
      ["amma", "అమ్మ"],
      ["undi", "ఉంది"],
      ["neeru", "నీరు"],
    ],
  ],
  [
    "kn",
    "Knda",
    [
      ["illa", "ಇಲ್ಲ"],
      ["neenu", "ನೀನು"],
    ],
  ],
  [
    "ml",
    "Mlym",
    [
      ["amma", "അമ്മ"],
      ["avan", "അവൻ"],
      ["mazha", "മഴ"],
      ["illa", "ഇല്ല"],
    ],
  ],
];

/** Words that only a list can tell from others that are spelled alike. */
const KNOWN: [language: string, script: string, pairs: Pairs][] = [
  [
    "hi",
    "Deva",
    [
      ["ladka", "लड़का"],
      ["larka", "लड़का"],
      ["nahi", "नहीं"],
      ["ram", "राम"],
      ["zindagi", "ज़िंदगी"],
      ["hum", "हम"],
      ["hoon", "हूँ"],
      ["accha", "अच्छा"],
      ["tumhara", "तुम्हारा"],
    ],
  ],
  [
    "ta",
    "Taml",
    [
      ["vanakkam", "வணக்கம்"],
      ["tamil", "தமிழ்"],
      ["sapadu", "சாப்பாடு"],
      ["neram", "நேரம்"],
      ["indru", "இன்று"],
    ],
  ],
  [
    "te",
    "Telu",
    [
      ["nenu", "నేను"],
      ["dhanyavadalu", "ధన్యవాదాలు"],
      ["ela", "ఎలా"],
    ],
  ],
  [
    "kn",
    "Knda",
    [
      ["namaskara", "ನಮಸ್ಕಾರ"],
      ["bengaluru", "ಬೆಂಗಳೂರು"],
    ],
  ],
  [
    "ml",
    "Mlym",
    [
      ["malayalam", "മലയാളം"],
      ["veedu", "വീട്"],
      ["njan", "ഞാൻ"],
    ],
  ],
  [
    "bn",
    "Beng",
    [
      ["bari", "বাড়ি"],
      ["bhalo", "ভালো"],
      ["kothay", "কোথায়"],
    ],
  ],
  [
    "gu",
    "Gujr",
    [
      ["pani", "પાણી"],
      ["saru", "સારું"],
    ],
  ],
  [
    "mr",
    "Deva",
    [
      ["pani", "पाणी"],
      ["kuthe", "कुठे"],
    ],
  ],
  [
    "pa",
    "Guru",
    [
      ["punjabi", "ਪੰਜਾਬੀ"],
      ["kuri", "ਕੁੜੀ"],
      ["tusi", "ਤੁਸੀਂ"],
    ],
  ],
];

describe("the engine", () => {
  it.each(SURE)("%s: spells", (language, script, pairs) => {
    const engine = createEngine(language, script, []);
    expect(pairs.map(([latin]) => engine?.suggest(latin, 5)[0])).toEqual(
      pairs.map(([, word]) => word.normalize("NFC")),
    );
  });

  it.each(KNOWN)("%s: finds the word that there is", (language, script, pairs) => {
    const engine = createEngine(
      language,
      script,
      pairs.map(([, word]) => word),
    );
    for (const [latin, word] of pairs) expect(engine?.suggest(latin, 5).slice(0, 2)).toContain(word);
  });

  it("suggests a word once, and no more than asked for", () => {
    const found = createEngine("hi", "Deva", ["पानी", "पानी"])?.suggest("pani", 4) ?? [];
    expect(found).toHaveLength(4);
    expect(new Set(found).size).toBe(4);
  });

  it("has nothing for other scripts, nor for what is no word", () => {
    expect(createEngine("en", "Latn", [])).toBeNull();
    expect(createEngine("hi", "Deva", [])?.suggest("5", 5)).toEqual([]);
  });

  it("answers quickly, whatever is typed", () => {
    const engine = createEngine("hi", "Deva", ["नाम"]);
    const start = performance.now();
    engine?.suggest("aksharashiksharanandanvidyalayapradhanmantri".repeat(3), 5);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe("folding", () => {
  const hindi = habitsOf("Deva");

  it.each([
    ["लड़का", "ladakaa"],
    ["नमस्ते", "namaste"],
    ["राम", "raam"],
    ["हिंदी", "hindii"],
  ])("%s is written %s", (word, latin) => {
    expect(latinOf(word, hindi)).toBe(latin);
  });

  it("gives one key to the usual spellings of a word", () => {
    const keys = ["zindagi", "jindagi", "zindagee", "jindgi"].map((latin) => keyOf(latin, hindi));
    expect(new Set(keys).size).toBe(1);
    expect(keyOf("vanakkam", habitsOf("Taml"))).toBe(keyOf("vanakam", habitsOf("Taml")));
  });

  it("puts spellings of the same word nearer than other words", () => {
    expect(distance("pani", "paanii", hindi)).toBeLessThan(0.4);
    expect(distance("pani", "pani", hindi)).toBe(0);
    expect(distance("pani", "paana", hindi)).toBeGreaterThan(distance("pani", "paanii", hindi));
  });
});
