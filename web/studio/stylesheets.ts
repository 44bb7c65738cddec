// Stands in for the component library's way to add styles at run time: it would
// write <style> elements, which the page's policy refuses. Sheets made by script
// need no exception from the policy.

const sheets = new Map<string, CSSStyleSheet>();

export function updateCSS(css: string, key: string): HTMLStyleElement {
  let sheet = sheets.get(key);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheets.set(key, sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
  sheet.replaceSync(css);
  return document.createElement('style'); // callers look at it, none reads it
}

export function removeCSS(key: string): void {
  const sheet = sheets.get(key);
  if (!sheet) return;
  sheets.delete(key);
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== sheet);
}

export function injectCSS(css: string): HTMLStyleElement {
  return updateCSS(css, `once-${sheets.size}`);
}

export function clearContainerCache(): void {
  // Nothing is kept of containers.
}
