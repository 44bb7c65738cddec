/** @jsxImportSource react */
import { Badge, Button, Layout, Menu, Select, Space } from 'antd';
import { type ComponentType, useEffect, useState } from 'react';
import type { StudioWord } from '../words/studio.ts';
import type { Giveaway, Page, Shop } from './api.ts';
import { Approvals } from './approvals.tsx';
import { Audit } from './audit.tsx';
import { Fulfil } from './fulfil.tsx';
import { Giveaways } from './giveaways.tsx';
import { Library } from './library.tsx';
import { Results } from './results.tsx';
import { Settings } from './settings.tsx';
import { type Language, useLoad, useMay, useStudio, useWords } from './state.tsx';
import { Wall } from './wall.tsx';

interface Part {
  key: string;
  word: StudioWord;
  /** What one must be allowed to do for the part to make sense. */
  may: string;
  part: ComponentType;
}

const parts: Part[] = [
  { key: 'giveaways', word: 'giveaways', may: 'giveaway.read', part: Giveaways },
  { key: 'wall', word: 'wall', may: 'giveaway.read', part: Wall },
  { key: 'library', word: 'library', may: 'shop.read', part: Library },
  { key: 'approvals', word: 'approvals', may: 'giveaway.read', part: Approvals },
  { key: 'fulfil', word: 'fulfil', may: 'prize.state', part: Fulfil },
  { key: 'results', word: 'results', may: 'giveaway.read', part: Results },
  { key: 'audit', word: 'audit', may: 'audit.read', part: Audit },
  { key: 'settings', word: 'settings', may: 'shop.read', part: Settings },
];

const from = (): string => new URLSearchParams(location.search).get('part') ?? 'giveaways';

interface Props {
  shops: Shop[];
  choose: (id: string) => void;
  speak: (l: Language) => void;
  dark: boolean;
}

export function Shell({ shops, choose, speak, dark }: Props) {
  const t = useWords();
  const may = useMay();
  const { api, shop, me, language } = useStudio();
  const [at, go] = useState(from);
  const waiting = useLoad(
    () => api.get<Page<Giveaway>>('giveaways', { shop: shop.id, state: 'draft', most: 200 }),
    [api, shop.id],
    30_000,
  );
  useEffect(() => {
    const back = (): void => go(from());
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);
  const turn = (key: string): void => {
    const url = new URL(location.href);
    url.searchParams.set('part', key);
    history.pushState(null, '', url);
    go(key);
  };
  const seen = parts.filter((p) => may(p.may));
  const here = seen.find((p) => p.key === at) ?? seen[0];
  const drafts = waiting.value?.items.length ?? 0;
  const Here = here?.part;
  return (
    <Layout className={`studio ${dark ? 'is-dark' : ''}`}>
      <Layout.Header className="bar">
        <h1>{t('title')}</h1>
        <Select
          aria-label={t('shop')}
          value={shop.id}
          onChange={choose}
          options={shops.map((s) => ({ value: s.id, label: s.name }))}
          popupMatchSelectWidth={false}
        />
        <Menu
          mode="horizontal"
          theme={dark ? 'dark' : 'light'}
          selectedKeys={here ? [here.key] : []}
          onClick={({ key }) => turn(key)}
          items={seen.map((p) => ({
            key: p.key,
            label:
              p.key === 'approvals' && drafts > 0 ? (
                <Badge count={drafts} offset={[10, 0]} size="small">
                  {t(p.word)}
                </Badge>
              ) : (
                t(p.word)
              ),
          }))}
        />
        <Space>
          <span className="who">{me.name || me.user}</span>
          <Button onClick={() => speak(language === 'zh' ? 'en' : 'zh')}>{language === 'zh' ? 'English' : '中文'}</Button>
        </Space>
      </Layout.Header>
      <Layout.Content className="page">{Here && <Here />}</Layout.Content>
    </Layout>
  );
}
