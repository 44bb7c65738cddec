import type { Give, Translations } from '@fudai/sdk';
import { useState } from 'preact/hooks';
import { line } from './clean.ts';
import { language, w } from './prefs.ts';

// What the host writes can come with translations (PROTOCOL.md 3). A page in one of
// their languages shows that one, says so, and keeps the original one tap away.

/** A text in the page's language, "" where it did not come in it. */
export function translated(tr: Translations | undefined): string {
  if (typeof tr !== 'object' || tr === null) return '';
  const lang = Object.keys(tr).find((l) => l === language.value || l.startsWith(`${language.value}-`));
  const text = lang === undefined ? '' : tr[lang];
  return typeof text === 'string' ? line(text) : '';
}

/** A giveaway in the page's language, undefined where nothing of it came in it. */
export function readable(g: Give): Give | undefined {
  const title = translated(g.tr?.title);
  let any = title !== '';
  const prizes = g.prizes?.map((p) => {
    const x = translated(p.id === undefined ? undefined : g.tr?.prizes?.[p.id]);
    any ||= x !== '';
    return x ? { ...p, title: x } : p;
  });
  return any ? { ...g, ...(title && { title }), ...(prizes && { prizes }) } : undefined;
}

/** Says that something is translated, and turns it round. */
export function Mark({ original, turn }: { original: boolean; turn: (original: boolean) => void }) {
  return (
    <button type="button" class="translated" onClick={() => turn(!original)}>
      {w(original ? 'seeTranslation' : 'seeOriginal')}
    </button>
  );
}

/** A text of the host's, as this page reads it. */
export function Said({ x, tr, klass }: { x: string | undefined; tr: Translations | undefined; klass?: string }) {
  const [original, turn] = useState(false);
  const t = translated(tr);
  return (
    <>
      <bdi class={klass}>{t && !original ? t : line(x)}</bdi>
      {t && (
        <>
          {' '}
          <Mark original={original} turn={turn} />
        </>
      )}
    </>
  );
}
