// The query, cut as search.py cuts the text for the index.  Sphinx puts this into language_data.js.

// One form for every width of a letter, of a space and of a hyphen
function fold(text) {
  return text.normalize("NFKC").replace(/[\p{Pd}\u2212]/gu, "-").replace(/\s+/g, " ");
}

function splitQuery(query) {
  const words = fold(query).match(/[HAN]+|(?:(?![HAN])[\p{L}\p{N}_])+/gu) || [];
  return words.flatMap((word) => {
    if (!/[HAN]/.test(word) || word.length === 1) return [word];
    return Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2));
  });
}
