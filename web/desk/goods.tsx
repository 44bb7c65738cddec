import { useEffect, useState } from 'preact/hooks';
import { line } from '../viewer/clean.ts';
import { money } from '../words/money.ts';
import type { Goods, Import } from './api.ts';
import { command, goods, importGoods, loadShop, now, product, sorry, tell, w } from './store.ts';

/** The shop's goods: imported from a table, and put on show with one tap. */
export function GoodsList() {
  const [found, say] = useState<{ file: File; result: Import } | undefined>(undefined);
  const [busy, work] = useState(false);
  useEffect(() => void loadShop(), []);
  const read = async (file: File, apply: boolean): Promise<void> => {
    work(true);
    try {
      const result = await importGoods(file, apply);
      say(result.applied ? undefined : { file, result });
      if (result.applied) {
        const rows = [result.items, result.faq, result.scripts].reduce((n, list) => n + (list?.length ?? 0), 0);
        tell(w('goodsTaken', { n: rows }));
        setTimeout(() => void loadShop(), 1_500); // the room folds it in a moment
      }
    } catch (e) {
      tell(sorry(e));
    }
    work(false);
  };
  const list = goods.value.filter((g) => g.item !== '*');
  return (
    <details class="goods">
      <summary>
        {w('goods')} {list.length > 0 && <b>{list.length}</b>}
      </summary>
      {list.length === 0 && <p class="none">{w('goodsNone')}</p>}
      <ul>
        {list.map((g) => (
          <li key={g.item}>
            <button type="button" class="row" aria-pressed={product.value?.item === g.item} onClick={() => air(g)}>
              {g.link ? <b class="link-no">{g.link}</b> : null} <bdi>{line(g.title ?? g.item)}</bdi>
              {g.price !== undefined && <span> {money(g.price, g.currency)}</span>}
            </button>
          </li>
        ))}
      </ul>
      <p class="hint">
        {w('goodsHow')}{' '}
        <a href="/v1/catalogue/template?format=xlsx" download>
          {w('goodsTemplate')}
        </a>
      </p>
      <label class="file">
        <span>{w('goodsFile')}</span>
        <input
          type="file"
          accept=".xlsx,.csv"
          disabled={busy}
          onChange={(e) => {
            const file = e.currentTarget.files?.[0];
            if (file) void read(file, false);
            e.currentTarget.value = '';
          }}
        />
      </label>
      {found && <Preview {...found} busy={busy} take={() => void read(found.file, true)} drop={() => say(undefined)} />}
    </details>
  );
}

/** What a table holds, before anything changes: every row that is wrong, or how many are right. */
function Preview(p: { result: Import; busy: boolean; take: () => void; drop: () => void }) {
  const wrong = p.result.problems ?? [];
  return (
    <div class="preview" role="status">
      <p>
        <b>
          {wrong.length > 0
            ? w('goodsWrong', { n: wrong.length })
            : w('goodsFound', {
                n: p.result.items?.length ?? 0,
                faq: p.result.faq?.length ?? 0,
                scripts: p.result.scripts?.length ?? 0,
              })}
        </b>
      </p>
      <ul>
        {wrong.slice(0, 20).map((x) => (
          <li key={`${x.sheet}${x.row}${x.column}${x.message}`}>
            {w('goodsRow', { n: x.row })} <bdi>{line(x.column)}</bdi> <bdi>{line(x.message)}</bdi>
          </li>
        ))}
      </ul>
      <div class="acts">
        {wrong.length === 0 && (
          <button type="button" class="main" disabled={p.busy} onClick={p.take}>
            {w('goodsTake')}
          </button>
        )}
        <button type="button" onClick={p.drop}>
          {w('callOff')}
        </button>
      </div>
    </div>
  );
}

function air(g: Goods): void {
  const facts = [
    ...Object.values(g.facts ?? {}),
    ...(g.sizes?.length ? [g.sizes.join(' ')] : []),
    ...(g.colours?.length ? [g.colours.join(' ')] : []),
  ];
  void command('product', {
    item: g.item,
    title: g.title ?? g.item,
    ...(g.link && { link: g.link }),
    ...(g.price !== undefined && { price: g.price }),
    ...(g.was && { was: g.was }),
    ...(g.currency && { currency: g.currency }),
    ...(g.stock !== undefined && { stock: g.stock }),
    facts: facts.slice(0, 4),
    as_of: Math.round(now.value),
  });
}
