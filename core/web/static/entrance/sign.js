/** An icon of the sprite that the page uses already. */
export function sign(name) {
  const copied = document.querySelector(".brand .icon").cloneNode(true);
  const use = copied.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
  return copied;
}
