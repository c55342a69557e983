// The page of claims: choose by verdict, chapter and rule.  All words and choices stand in the page.

(() => {
  const box = document.querySelector(".claim-filter");
  const rows = [...document.querySelectorAll(".claim-row[id]")];
  const kinds = [...box.querySelectorAll("[data-verdict]")];
  const wish = new URLSearchParams(location.search);

  const button = (badge) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: badge.textContent });
    made.className = badge.className;
    made.dataset.verdict = badge.dataset.verdict;
    made.setAttribute("aria-pressed", (wish.get("verdict") ?? "").split(" ").includes(badge.dataset.verdict));
    made.addEventListener("click", () => {
      made.setAttribute("aria-pressed", made.getAttribute("aria-pressed") !== "true");
      choose();
    });
    badge.replaceWith(made);
    return made;
  };

  const select = (name) => {
    const made = document.createElement("select");
    const options = [...box.querySelectorAll(`[data-option="${name}"]`)];
    made.add(new Option(box.dataset.all, ""));
    options.forEach((option) => made.add(new Option(option.textContent, option.dataset.value)));
    made.value = options.some((option) => option.dataset.value === wish.get(name)) ? wish.get(name) : "";
    made.addEventListener("change", () => choose());
    const label = document.createElement("label");
    label.append(`${box.dataset[name]} `, made);
    box.append(label);
    return made;
  };

  const buttons = kinds.map(button);
  const chapter = select("chapter"), rule = select("rule");
  const count = document.createElement("output");
  box.append(count);

  const above = (row) => row.parentElement.closest("details");  // the slips stand in a fold

  const choose = () => {
    const verdicts = buttons.filter((one) => one.getAttribute("aria-pressed") === "true").map((one) => one.dataset.verdict);
    const all = !verdicts.length && !chapter.value && !rule.value;
    const fits = ({ dataset }) =>
      (!verdicts.length || verdicts.includes(dataset.verdict)) &&
      (!chapter.value || dataset.chapter === chapter.value) &&
      (!rule.value || dataset.rules.split(" ").includes(rule.value));
    rows.forEach((row) => (row.hidden = !fits(row)));
    for (const section of document.querySelectorAll(".bd-article section section")) {
      const inside = section.querySelectorAll(".claim-row[id]");  // the surprises and the articles have none
      section.hidden = !all && ![...inside].some((row) => !row.hidden);
    }
    const found = rows.filter((row) => !row.hidden);
    if (!all) for (const row of found) above(row)?.setAttribute("open", "");
    count.textContent = all ? "" : box.dataset.shown.replace("{}", found.length).replace("{}", rows.length);
    const query = new URLSearchParams(Object.entries({
      verdict: verdicts.join(" "), chapter: chapter.value, rule: rule.value,
    }).filter(([, value]) => value)).toString();
    history.replaceState(null, "", (query ? `?${query}` : location.pathname) + location.hash);
  };

  // who comes for one claim sees it, whatever was chosen
  const arrive = () => {
    const row = rows.find((one) => `#${one.id}` === location.hash);
    if (!row) return;
    row.hidden = false;
    for (let fold = row; fold; fold = above(fold)) fold.open = true;
    row.scrollIntoView();
  };

  choose();
  arrive();
  addEventListener("hashchange", arrive);
})();
