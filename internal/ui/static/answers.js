// What is answered on the page, and what it shows and hides.

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */
/** @typedef {{item: string, any_of?: (string | number)[], at_least?: number, at_most?: number}} Condition */

export class Answers {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    /** @type {Map<string, HTMLElement>} */
    this.cards = new Map();
    for (const card of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-item]"))) {
      this.cards.set(card.dataset.item ?? "", card);
    }
    /** @type {Record<string, string[]>} answers of other pages */
    this.known = JSON.parse(form.dataset.known || "{}");
  }

  names() { return [...this.cards.keys()]; }

  /** @param {string} name */
  has(name) { return this.cards.has(name); }

  /** @param {string} name */
  card(name) { return this.cards.get(name); }

  /** @param {string} name @returns {Control[]} */
  controls(name) {
    const all = this.cards.get(name)?.querySelectorAll("input, textarea, select") ?? [];
    return /** @type {Control[]} */ ([...all]).filter((c) => c.name === name);
  }

  /** @param {Control} control */
  isText(control) { return !["radio", "checkbox", "select-one"].includes(control.type); }

  /**
   * The answer to an item: none, one, or many values.
   * @param {string} name
   * @returns {string[]}
   */
  get(name) {
    return this.controls(name)
      .filter((c) => (this.isText(c) ? c.value.trim() !== "" : c.type === "select-one" ? c.value !== "" : /** @type {HTMLInputElement} */ (c).checked))
      .map((c) => (this.isText(c) ? c.value.trim() : c.value));
  }

  /** @param {string} name @param {string[]} values */
  set(name, values) {
    for (const c of this.controls(name)) {
      if (c.type === "radio" || c.type === "checkbox") /** @type {HTMLInputElement} */ (c).checked = values.includes(c.value);
      else c.value = values[0] ?? "";
    }
  }

  /**
   * Shows beside the answer to an item what was answered on this device.
   * @param {string} name @param {string} text @param {string[]} mine
   * @param {string} mineText @param {string} takeText
   * @returns {HTMLButtonElement | null} the button that takes it after all
   */
  offer(name, text, mine, mineText, takeText) {
    this.settled(name);
    const card = this.cards.get(name);
    const box = document.createElement("div"), why = document.createElement("p"), what = document.createElement("p"), quoted = document.createElement("q");
    box.className = "mine";
    why.className = "error";
    why.textContent = text;
    quoted.textContent = this.words(name, mine);
    what.append(mineText, " ", quoted);
    box.append(why);
    card?.querySelector("legend, .item-label")?.after(box);
    card?.classList.add("wrong");
    if (mine.length === 0) return null;
    const take = document.createElement("button");
    take.type = "button";
    take.className = "btn quiet small";
    take.textContent = takeText;
    box.append(what, take);
    return take;
  }

  /** Nothing is left to choose. @param {string} name */
  settled(name) {
    const card = this.cards.get(name);
    card?.classList.remove("wrong");
    card?.querySelector(".mine")?.remove();
  }

  /** An answer as one reads it. @param {string} name @param {string[]} values */
  words(name, values) {
    const labels = new Map(this.controls(name).filter((c) => !this.isText(c)).map((c) => [c.value, c.labels?.[0]?.textContent ?? ""]));
    return values.map((v) => (labels.get(v) || v).replace(/\s+/g, " ").trim()).join(", ");
  }

  /** How many items that are shown have an answer. */
  answered() {
    return this.names().filter((name) => !this.cards.get(name)?.hidden && this.get(name).length > 0).length;
  }

  /** Shows and hides by conditions, in the order of the page: a condition asks
      about an earlier item, and an item that is hidden counts as unanswered. */
  showAndHide() {
    for (const card of this.cards.values()) {
      if (!card.dataset.showIf) continue;
      /** @type {Condition} */
      const condition = JSON.parse(card.dataset.showIf);
      const holds = this.holds(condition);
      if (holds !== null) card.hidden = !holds;
    }
  }

  /**
   * Null when the item is not on this page and nothing is known of it: then
   * the server's decision stands.
   * @param {Condition} condition
   */
  holds(condition) {
    const card = this.cards.get(condition.item);
    if (!card && !(condition.item in this.known)) return null;
    const values = card ? (card.hidden ? [] : this.get(condition.item)) : this.known[condition.item];
    return values.some((value) => {
      if (condition.any_of && !condition.any_of.map(String).includes(value)) return false;
      if (condition.at_least === undefined && condition.at_most === undefined) return true;
      const n = Number(value.replace(",", "."));
      return value !== "" && !Number.isNaN(n) && n >= (condition.at_least ?? -Infinity) && n <= (condition.at_most ?? Infinity);
    });
  }

  /**
   * A radio button that was chosen already is cleared by choosing it again,
   * with the pointer or with the space bar.
   * @param {(name: string) => void} cleared
   */
  clearable(cleared) {
    /** @type {HTMLInputElement | null} */
    let chosen = null;
    /** @param {Event} event */
    const radioOf = (event) => {
      const label = /** @type {Element} */ (event.target).closest("label");
      const radio = label?.control ?? event.target;
      return radio instanceof HTMLInputElement && radio.type === "radio" && this.has(radio.name) ? radio : null;
    };
    /** @param {Event} event */
    const remember = (event) => {
      const radio = radioOf(event);
      chosen = radio?.checked ? radio : null;
    };
    for (const card of this.cards.values()) {
      card.addEventListener("pointerdown", remember);
      card.addEventListener("keydown", (event) => {
        if (event.key !== " ") return;
        const radio = radioOf(event);
        if (!radio?.checked) return;
        event.preventDefault(); // browsers do nothing with it
        radio.checked = false;
        cleared(radio.name);
      });
      card.addEventListener("click", (event) => {
        if (event.target !== chosen || !chosen) return;
        const radio = chosen;
        chosen = null;
        radio.checked = false;
        cleared(radio.name);
      });
    }
  }
}
