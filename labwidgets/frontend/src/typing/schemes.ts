/**
 * How people write their language in Latin letters, by family of scripts. The northern languages are read into
 * Devanagari and the southern ones into Telugu; other scripts are made from these. What is rare costs more; a list
 * of words has the last say.
 */
import { type Choices, choices, type Place, type Scheme } from "./lattice";

const NORTH_CONSONANTS = `
  k क; kh ख ख़+0.9; g ग ग़+1.3; gh घ; c क+0.2 च+0.5; ch च छ+0.9; chh छ; cch च्छ च्च+0.2; sch स्क श्च+0.4; j ज ज़+0.9; jh झ; z ज़ ज+0.3; zh झ+0.2 ज़+0.4;
  t त ट+0.5; th थ ठ+0.6; d द ड+0.5 ड़+0.7; dh ध ढ+0.7 ढ़+0.8; T ट; Th ठ; D ड ड़+0.4; Dh ढ ढ़+0.3;
  n न ण+0.8; N ण ं+0.6; n$ न ं+0.25 ँ+0.6 ण+0.7;
  n>k ं न+0.5; n>g ं न+0.5; n>c ं न+0.4; n>j ं न+0.4; n>t ं न+0.15 ण+0.9; n>d ं न+0.2 ण+0.9; n>s ं न+0.3; n>b ं न+0.2; n>v न ं+0.3;
  p प; ph फ फ़+0.5; f फ़ फ+0.2; b ब; bh भ; m म; m>p म ं+0.3; m>b म ं+0.3; M ं;
  y य; r र ड़+0.9; R ड़; rh ढ़+0.2 ऱ्ह+0.9; l ल ळ+1.2; L ळ; v व; w व; sh श ष+0.6; s स श+1.2; S श ष+0.3; h ह;
  q क़ क+0.1; x क्स क्ष+0.3; ksh क्ष; gy ज्ञ+0.4 ग्य+0.2; gn ज्ञ+0.6 ग्न+0.2; jn ज्ञ; shr श्र; shri श्री`;
const NORTH_SIGNS = `
  a ∅ ा+0.4; a$ ा ∅+0.7; aa ा; A ा; i ि ी+0.4; i$ ी ि+0.5; ee ी; ii ी; I ी; u ु ू+0.4 ∅+0.9; u$ ू+0.2 ु+0.1; oo ू ो+0.9; uu ू; U ू;
  e े ै+1.1; ai ै ाइ+0.7; ai$ ै ाई+0.3 ाइ+1; aai ाइ ाई+0.2; ei े ै+0.5 ेई+0.8; ey े+0.3 ेय+0.3; o ो ौ+1; au ौ ाउ+0.6; ou ौ ो+0.5;;
  aau ाउ ाऊ+0.2; ao ाओ+0.1 ाव+0.5; aao ाओ; iy िय ीय+0.4; ia िया; io ियो`;
const NORTH_VOWELS = `
  a अ आ+0.4; ^a अ आ+0.3; aa आ; A आ; i इ ई+0.4; i$ ई इ+0.4; ee ई; ii ई; I ई; u उ ऊ+0.4; oo ऊ ओ+0.9; uu ऊ; U ऊ; e ए ऐ+1.2; ai ऐ आइ+0.7;
  aai आइ आई+0.2; ei ए ऐ+0.6; o ओ औ+1; au औ आउ+0.7; ou औ ओ+0.5; aau आउ; ao आओ; aao आओ; ia िया+2; io ियो+2; iy इय`;

/** Clusters that are written as such in the middle of words too. */
const CLOSE =
  /^(?:(?:s|sh)(?:t|th|k|kh|p|ph|m|n|y|v|w|r)|(?:k|kh|g|gh|t|th|d|dh|p|b|bh|ph|f|m|n|l|sh|h|j|ch)(?:y|r)|(?:k|p|b)t|kk|gg|tt|dd|pp|bb|nn|mm|ll|ss|jj|cch|chch|tth|ddh|(?:t|d|s|sh|j|k)[vw]|nh|mh|lh|ks)$/;

function northernJoin(left: string, right: string, { isFirst, isLast }: Place): Choices {
  const pair = left.toLowerCase() + right.toLowerCase();
  if (isFirst)
    return [
      ["\u094d", 0],
      ["", 1.2],
    ];
  if (CLOSE.test(pair) || left.toLowerCase() === right.toLowerCase())
    return [
      ["\u094d", 0],
      ["", 0.6],
    ];
  return isLast
    ? [
        ["\u094d", 0],
        ["", 0.3],
      ]
    : [
        ["", 0],
        ["\u094d", 0.25],
      ];
}

export const NORTH: Scheme = {
  consonants: choices(NORTH_CONSONANTS),
  signs: choices(NORTH_SIGNS),
  vowels: choices(NORTH_VOWELS),
  join: northernJoin,
  end: [["", 0]],
};

/** Odia says the vowel at the end, too. */
export const ODIA: Scheme = { ...NORTH, signs: new Map([...NORTH.signs, ...choices("a$ ∅ ा+0.35")]) };

/** Bengali and Assamese say their own vowel as "o", and write "a" out. */
export const EAST: Scheme = {
  ...NORTH,
  consonants: new Map([
    ...NORTH.consonants,
    ...choices(`j ज य+0.3; y य़ य+0.4; w ओय़ व+0.4; v भ व+0.3; s स श+0.3 ष+0.8; sh श ष+0.5 स+0.3; n न ण+0.6; N ण;
      n>k ङ ं+0.3; n>g ं ङ+0.1; n>t न ण+0.5; n>d न ण+0.5; n>c ञ; n>j ञ; n>s ं; n>b ं+0.4 न+0.2; n$ न ण+0.5 ँ+0.9; f फ; z ज; q क; ng ं ङ+0.2; ph फ;
      t त ट+0.4; d द ड+0.4; r र ड़+0.6; chh छ; ch च छ+0.4`),
  ]),
  signs: new Map([
    ...NORTH.signs,
    ...choices(
      `a ा ∅+0.7; a$ ा ∅+1; o ो ∅+0.1; o$ ो+0.1 ∅; i ि ी+0.5; i$ ि ी+0.4; u ु ू+0.5; u$ ु ू+0.6; oi ै ोइ+0.2; ou ौ; ya ्या; ai ाइ ै+0.3; ui ुइ; ei ेइ; ay ाय़; ey ेय़; oy ोय़ य़+0.1; e े ्या+0.8`,
    ),
  ]),
  vowels: new Map([
    ...NORTH.vowels,
    ...choices(
      "a आ अ+0.7; ^a आ अ+0.4; i इ ई+0.5; i$ इ; o ओ अ+0.2; ^o ओ अ+0.15; u उ ऊ+0.6; oi ऐ ओइ+0.2; ai आइ ऐ+0.4; ei एइ; e ए; ay आय़; ey एय़; oy ओय़ अय़+0.2; ui उइ",
    ),
  ]),
  join: (left, right, place) =>
    place.isFirst || place.isLast || CLOSE.test(left + right) || left === right || /^[rln]/.test(left)
      ? [
          ["\u094d", 0],
          ["", 0.4],
        ]
      : [
          ["", 0.1],
          ["\u094d", 0.15],
        ],
};

const SOUTH_CONSONANTS = `
  k క; kh ఖ; g గ; gh ఘ; c చ+0.2 క+0.3; ch చ ఛ+0.8; chh ఛ; j జ; jh ఝ; z జ; zh ఴ; t ట+0.3 త; th త థ+0.4 ఠ+0.9; d డ+0.3 ద; dh ధ ద+0.3 ఢ+0.8;
  ^t త ట+0.4; ^d ద డ+0.4; T ట; Th ఠ; D డ; Dh ఢ; tt ట్ట త్త+0.4; dd ద్ద డ్డ+0.2; n న ణ+0.6; N ణ; nn న్న ణ్ణ+0.6;
  n>k ం న్+0.9; n>g ం; n>c ం; n>j ం; n>t ం న+0.6; n>d ం న+0.6; n>s ం న+0.3; m$ ం మ+0.3; m>p ం మ+0.3; m>b ం మ+0.3; m>s ం;
  p ప; ph ఫ; f ఫ; b బ; bh భ; m మ; y య; r ర ఱ+0.9; R ఱ; l ల ళ+0.6; L ళ; ll ల్ల ళ్ళ+0.4; v వ; w వ; sh శ ష+0.4; s స శ+1; S శ ష+0.2; h హ;
  q క; x క్స; ksh క్ష; gn జ్ఞ; jn జ్ఞ; ny ఞ+0.5 న్య; shr శ్ర`;
const SOUTH_SIGNS = `
  a ∅ ా+0.45; a$ ∅ ా+0.3; aa ా; A ా; i ి ీ+0.45; ee ీ; ii ీ; I ీ; u ు ూ+0.45; oo ూ ో+0.5; uu ూ; U ూ; e ె ే+0.25; e$ ే ె+0.3; E ే; ae ే;
  ai ై; ei ై+0.3 ే+0.3; o ొ ో+0.25; o$ ో ొ+0.3; O ో; au ౌ; ou ౌ; ow ౌ; ea ే+0.3`;
const SOUTH_VOWELS = `
  a అ ఆ+0.4; aa ఆ; A ఆ; i ఇ ఈ+0.4; ee ఈ; ii ఈ; I ఈ; u ఉ ఊ+0.4; oo ఊ ఓ+0.5; uu ఊ; U ఊ; e ఎ ఏ+0.3; E ఏ; ae ఏ; ai ఐ; ei ఐ+0.3 ఏ+0.3; o ఒ ఓ+0.3; O ఓ;
  au ఔ; ou ఔ; ow ఔ; ea ఏ+0.3`;

const VIRAMA: Choices = [["\u0c4d", 0]];

export const SOUTH: Scheme = {
  consonants: choices(SOUTH_CONSONANTS),
  signs: choices(SOUTH_SIGNS),
  vowels: choices(SOUTH_VOWELS),
  join: () => VIRAMA,
  end: VIRAMA,
};

/** Malayalam doubles where its neighbours write a dot. */
export const MALAYALAM: Scheme = {
  ...SOUTH,
  consonants: new Map([
    ...SOUTH.consonants,
    ...choices(`n>k ఙ; ng ఙ్ఙ ఙ్గ+0.3; n>c ఞ; ^nj ఞ; nj ఞ్చ+0.1 ఞ్ఞ ఞ్జ+0.5; n>t న్త ణ్ట+0.2; nt న్ఱ ణ్ట+0.1 న్త+0.2; nth న్త; nd ణ్ట న్ద+0.2; nk ఙ్క; nch ఞ్చ;
      n>d న; m>p మ; m>b మ; m$ ం మ్+0.9; t త+0.1 ట+0.2; tt ట్ట ఱ్ఱ+0.1 త్త+0.3; r ర ఱ+0.3; rr ఱ్ఱ ఱ+0.2; l ల ళ+0.4; d ద డ+0.3; zh ఴ; th త థ+0.5; dh ధ ద+0.4; tth త్త; kk క్క; pp ప్ప`),
  ]),
  signs: new Map([...SOUTH.signs, ...choices("u$ ు ్+0.2; a$ ∅ ా+0.5; e$ ె ే+0.2")]),
};

const TAMIL_CONSONANTS = `
  k க; kh க; g க; gh க; c ச; ch ச; chh ச; j ஜ ச+0.6; s ச ஸ+0.5; ss ஸ்ஸ ச்ச+0.2; sh ஷ ச+0.5 ஸ+0.6; S ஸ ஷ+0.2; h ஹ க+0.4; ng ங்க ங+0.6; nk ங்க; nj ஞ்ச ஞ+0.3; nch ஞ்ச; ny ஞ; gn ஞ;
  t ட த+0.3; ^t த ட+0.3; th த; ^th த; d ட த+0.3; ^d த ட+0.2; dh த; T ட; D ட; tt ட்ட த்த+0.4; tth த்த; thth த்த; dd ட்ட த்த+0.5;
  n ன ண+0.5 ந+0.8; ^n ந; N ண; nn ன்ன ண்ண+0.5; nt ண்ட ந்த+0.2; nth ந்த; nd ண்ட ந்த+0.2; ndh ந்த; ndr ன்ற; nr ன்ற; nm ன்ம;
  p ப; ph ப ஃப+0.4; f ஃப ப+0.4; b ப; bh ப; m ம; y ய; r ர ற+0.4; R ற; rr ற்ற ர்ர+0.6; tr ற்ற+0.1 ட்ர+0.2; l ல ள+0.4; L ள; ll ல்ல ள்ள+0.4; zh ழ; z ழ; v வ; w வ;
  kk க்க; pp ப்ப; cch ச்ச; chch ச்ச; mm ம்ம; yy ய்ய; vv வ்வ; ksh க்ஷ; x க்ஸ; q க; sri ஸ்ரீ`;
const TAMIL_SIGNS = `
  a ∅ ா+0.45; a$ ∅ ா+0.35; aa ா; A ா; i ி ீ+0.45; ee ீ; ii ீ; I ீ; u ு ூ+0.45; oo ூ+0.1 ோ; uu ூ; U ூ; e ெ ே+0.25; e$ ே ெ+0.4; ae ே; E ே; ea ே; ai ை; ay ை+0.3 ாய்+0.4; ei ை ே+0.5; ey ே+0.3 ெய்+0.2;
  o ொ ோ+0.25; o$ ோ ொ+0.4; O ோ; oa ோ; au ௌ; ou ௌ; ow ௌ; aai ாய்+0.1 ாஇ+0.6`;
const TAMIL_VOWELS = `
  a அ ஆ+0.45; aa ஆ; A ஆ; i இ ஈ+0.45; ee ஈ; ii ஈ; I ஈ; u உ ஊ+0.45; oo ஊ+0.1 ஓ; uu ஊ; U ஊ; e எ ஏ+0.3; ae ஏ; E ஏ; ea ஏ; ai ஐ; ay ஐ+0.4 ஆய்+0.3; ei ஐ+0.2 ஏ+0.4; ey ஏ; o ஒ ஓ+0.3; O ஓ; oa ஓ;
  au ஔ; ou ஔ; ow ஔ; aai ஆய்`;

const PULLI: Choices = [["\u0bcd", 0]];

export const TAMIL: Scheme = {
  consonants: choices(TAMIL_CONSONANTS),
  signs: choices(TAMIL_SIGNS),
  vowels: choices(TAMIL_VOWELS),
  join: () => PULLI,
  end: PULLI,
};
