/** @jsxImportSource react */
import { Button, App as Notices, Result, Spin } from 'antd';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { loginPage, sessionToken } from '../door/session.ts';
import { Api, type Me, type Page, Refused, type Room, type Shop } from './api.ts';
import { OpenShop } from './openshop.tsx';
import { sentence } from './say.ts';
import { Shell } from './shell.tsx';
import { type Language, type Studio, StudioProvider, texts } from './state.tsx';

interface Props {
  language: Language;
  speak: (l: Language) => void;
  dark: boolean;
}

/** The token stands behind the #, which no server sees, and leaves the address at once. */
function takeToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('t');
  try {
    if (given) {
      sessionStorage.setItem('fudai.studio', given);
      history.replaceState(null, '', location.pathname + location.search);
    }
    return given ?? sessionStorage.getItem('fudai.studio') ?? undefined;
  } catch {
    return given ?? undefined;
  }
}

const link = takeToken();
const token = async (): Promise<string | undefined> => link ?? sessionToken();

/** Finds out who is here and which shop they work for; a fresh installation opens its first shop. */
export function Entrance({ language, speak, dark }: Props) {
  const t = texts(language);
  const api = useMemo(() => new Api(token), []);
  const [shops, setShops] = useState<Shop[] | undefined>(undefined);
  const [chosen, choose] = useState(() => new URLSearchParams(location.search).get('shop') ?? '');
  const [inside, enter] = useState<{ me: Me; rooms: Room[]; shop: Shop } | undefined>(undefined);
  const [failed, fail] = useState<unknown>(undefined);

  const again = useCallback(async (): Promise<void> => {
    try {
      const all = (await api.get<Page<Shop>>('shops')).items;
      setShops(all);
      const shop = all.find((s) => s.id === chosen) ?? all[0];
      if (!shop) return;
      const [me, rooms] = await Promise.all([
        api.get<Me>('me', { shop: shop.id }),
        api.get<Page<Room>>('rooms', { shop: shop.id }),
      ]);
      enter({ me, rooms: rooms.items, shop });
      fail(undefined);
    } catch (e) {
      fail(e);
    }
  }, [api, chosen]);
  useEffect(() => {
    void again();
  }, [again]);

  if (failed instanceof Refused && (failed.status === 401 || failed.status === 403))
    return (
      <Result
        status="403"
        title={t('noAccess')}
        subTitle={t('noAccessWhy')}
        extra={<Button href={loginPage()}>{t('signIn')}</Button>}
      />
    );
  if (failed && !inside)
    return (
      <Result
        status="warning"
        title={t('notReached')}
        subTitle={sentence(language, failed)}
        extra={<Button onClick={() => void again()}>{t('retry')}</Button>}
      />
    );
  if (shops?.length === 0) return <OpenShop api={api} language={language} onDone={() => void again()} />;
  if (!inside) return <Spin fullscreen description={t('loading')} />;
  const studio: Studio = { api, me: inside.me, shop: inside.shop, rooms: inside.rooms, language, again: () => void again() };
  return (
    <Notices>
      <StudioProvider value={studio}>
        <Shell key={inside.shop.id} shops={shops ?? []} choose={choose} speak={speak} dark={dark} />
      </StudioProvider>
    </Notices>
  );
}
