/** The part of the studio that the address names. */
export const from = (): string => new URLSearchParams(location.search).get('part') ?? 'giveaways';

/** To another part of the studio, from anywhere in it. */
export function visit(part: string): void {
  const url = new URL(location.href);
  url.searchParams.set('part', part);
  history.pushState(null, '', url);
  dispatchEvent(new PopStateEvent('popstate'));
}
