/** @jsxImportSource react */
import { Badge, Button, Layout, Menu, Select, Space } from 'antd';
import { type ComponentType, useEffect, useRef, useState } from 'react';
import type { StudioWord } from '../words/studio.ts';
import type { Giveaway, Page, Shop } from './api.ts';
import { Approvals } from './approvals.tsx';
import { Audit } from './audit.tsx';
import { Fulfil } from './fulfil.tsx';
import { Giveaways } from './giveaways.tsx';
import { Library } from './library.tsx';
import { Rehearse } from './rehearse.tsx';
import { Results } from './results.tsx';
import { Settings } from './settings.tsx';
import { Start } from './start.tsx';
import { type Language, useLoad, useMay, useStudio, useWords } from './state.tsx';
import { from, visit } from './visit.ts';
import { Wall } from './wall.tsx';

interface Part {
  key: string;
  word: StudioWord;
  /** What one must be allowed to do for the part to make sense. */
  may: string;
  part: ComponentType;
}

const parts: Part[] = [
  { key: 'start', word: 'start', may: 'shop.read', part: Start },
  { key: 'giveaways', word: 'giveaways', may: 'giveaway.read', part: Giveaways },
  { key: 'wall', word: 'wall', may: 'giveaway.read', part: Wall },
  { key: 'rehearse', word: 'rehearse', may: 'giveaway.read', part: Rehearse },
  { key: 'library', word: 'library', may: 'shop.read', part: Library },
  { key: 'approvals', word: 'approvals', may: 'giveaway.read', part: Approvals },
  { key: 'fulfil', word: 'fulfil', may: 'prize.state', part: Fulfil },
  { key: 'results', word: 'results', may: 'giveaway.read', part: Results },
  { key: 'audit', word: 'audit', may: 'audit.read', part: Audit },
  { key: 'settings', word: 'settings', may: 'shop.read', part: Settings },
];

const WIDE = matchMedia('(min-width: 1100px)');

function useWide(): boolean {
  const [wide, set] = useState(WIDE.matches);
  useEffect(() => {
    const hear = (): void => set(WIDE.matches);
    WIDE.addEventListener('change', hear);
    return () => WIDE.removeEventListener('change', hear);
  }, []);
  return wide;
}

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
  const wide = useWide();
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    strip.current?.querySelector('.ant-menu-item-selected')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [at, wide]);
  const seen = parts.filter((p) => may(p.may));
  const here = seen.find((p) => p.key === at) ?? seen[0];
  const drafts = shop.approval.mode === 'none' ? 0 : (waiting.value?.items.length ?? 0);
  const Here = here?.part;
  const menu = (mode: 'horizontal' | 'inline') => (
    <Menu
      mode={mode}
      theme={dark ? 'dark' : 'light'}
      disabledOverflow
      selectedKeys={here ? [here.key] : []}
      onClick={({ key }) => visit(key)}
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
  );
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
        <span className="gap" />
        <Space>
          <span className="who">{me.name || me.user}</span>
          <Button autoInsertSpace={false} onClick={() => speak(language === 'zh' ? 'en' : 'zh')}>
            {language === 'zh' ? 'English' : '中文'}
          </Button>
        </Space>
        {!wide && <nav ref={strip}>{menu('horizontal')}</nav>}
      </Layout.Header>
      <div className="body">
        {wide && <nav className="side">{menu('inline')}</nav>}
        <Layout.Content className="page">{Here && <Here />}</Layout.Content>
      </div>
    </Layout>
  );
}
