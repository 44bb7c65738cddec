/** @jsxImportSource react */
import { Button, Checkbox, App as Notices, Select, Space } from 'antd';
import { useState } from 'react';
import type { Suspects as Found, Giveaway, Page, Suspected } from './api.ts';
import { useDo, useLoad, useMay, useStudio, useWords } from './state.tsx';

type Sign = 'fast' | 'decoy';

/** Who showed a sign of a program. Nothing follows from it unless a person here puts them on a later giveaway's list. */
export function Suspects({ g, onDone }: { g: Giveaway; onDone: () => void }) {
  const t = useWords();
  const may = useMay();
  const act = useDo();
  const { modal } = Notices.useApp();
  const { api } = useStudio();
  const runs = g.state === 'announced' || g.state === 'open';
  const found = useLoad(() => api.get<Found>(`giveaways/${g.id}/suspects`), [api, g.id, g.state], runs ? 5_000 : 0);
  const f = found.value;
  const lay = (): void => {
    modal.confirm({
      title: t('decoyAsk'),
      content: t('decoyWhat'),
      okText: t('decoyLay'),
      onOk: () => act(() => api.post(`giveaways/${g.id}/decoys`, {})).then(onDone),
    });
  };
  const caught = f?.decoys ?? [];
  return (
    <section aria-label={t('suspects')}>
      {f && f.fast.users.length > 0 && <Names sign="fast" of={f.fast} g={g} />}
      {caught.map((d, i) => (
        <Names key={d.decoy} sign="decoy" nth={i + 1} of={d} g={g} />
      ))}
      {may('giveaway.decoy') && runs && caught.length < 4 && (
        <Button size="small" onClick={lay}>
          {t('decoyLay')}
        </Button>
      )}
    </section>
  );
}

function Names({ sign, nth, of, g }: { sign: Sign; nth?: number; of: Suspected; g: Giveaway }) {
  const t = useWords();
  const may = useMay();
  const act = useDo();
  const { api, shop } = useStudio();
  const [chosen, choose] = useState<string[]>([]);
  const [to, aim] = useState<string | undefined>(undefined);
  const drafts = useLoad(
    () => api.get<Page<Giveaway>>('giveaways', { shop: shop.id, state: 'draft,approved', most: 100 }),
    [api, shop.id],
  );
  const block = (): Promise<void> =>
    act(() => api.post(`giveaways/${to}/block`, { sign, users: chosen, from: g.id }), 'blockDone').then((ok) => {
      if (ok) choose([]);
    });
  return (
    <>
      <h2 className="small">{sign === 'fast' ? t('fastUsers', { n: of.n }) : t('decoyUsers', { i: nth ?? 1, n: of.n })}</h2>
      {!of.known && <p className="hint">{t('suspectsGone')}</p>}
      {of.known && of.users.length === 0 && <p className="hint">{t('decoyNobody')}</p>}
      {of.users.length > 0 && (
        <>
          <Checkbox.Group
            className="suspects"
            value={chosen}
            onChange={choose}
            options={of.users.map((u) => ({
              value: u.user,
              label: <bdi>{`${u.name || u.user} · ${u.user}${u.ms ? ` · ${u.ms} ms` : ''}`}</bdi>,
            }))}
          />
          <p className="hint">{t(sign === 'fast' ? 'fastWhat' : 'decoyCaught')}</p>
          {may('block.write') && (
            <Space wrap>
              <Select
                size="small"
                style={{ minWidth: 220 }}
                placeholder={t('blockTo')}
                value={to}
                onChange={aim}
                options={(drafts.value?.items ?? []).map((d) => ({ value: d.id, label: d.draft.title || t('untitled') }))}
                notFoundContent={t('blockNoDraft')}
              />
              <Button size="small" disabled={!to || chosen.length === 0} onClick={() => void block()}>
                {t('blockPut', { n: chosen.length })}
              </Button>
            </Space>
          )}
        </>
      )}
    </>
  );
}
