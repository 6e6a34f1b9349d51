/** What stays above every page, whichever is shown: a sound that plays on. Returns how to take it away. */
export function dock(element) {
  document.querySelector(".dock")?.append(element);
  return () => element.remove();
}
