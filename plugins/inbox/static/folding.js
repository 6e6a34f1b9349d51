/** Letters as people type them when they search: without accents, Arabic without vowels and with one form of each letter. */
export const folded = (text) => String(text ?? "").normalize("NFKD").replaceAll(/\p{M}|\u0640/gu, "").replaceAll(/[أإآٱ]/g, "ا")
  .replaceAll("ة", "ه").replaceAll("ى", "ي").replaceAll("ؤ", "و").replaceAll("ئ", "ي").toLowerCase();
