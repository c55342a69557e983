// Two words: a bar for the error with which each rule ends.  The bars stand there already (poster.py), a word a row.

export function wordsOf(figure, element) {
  const rows = [...element.querySelectorAll(".gx-word")].map((row) => row.querySelectorAll(".gx-error"));

  function draw() {
    figure.results.forEach(({ errors = [] }, i) =>
      errors.forEach((error, word) => rows[word][i].setAttribute("width", Math.min(1, error))),
    );
  }

  return { element, draw };
}
