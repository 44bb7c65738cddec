import { useEffect, useState } from 'preact/hooks';
import { call } from './session.ts';
import { roleName, sorry, w, when } from './text.ts';

interface Person {
  user: string;
  name: string;
  roles: string[];
  rooms: string[];
  closed: boolean;
  entered: number;
}

/** Who works here, and with `write` the ways to let people in and out. */
export function People({ write }: { write: boolean }) {
  const [all, set] = useState<Person[]>([]);
  const [roles, know] = useState<string[]>([]);
  const [editing, edit] = useState<string | undefined>(undefined); // a user, or '' for a new one
  const [link, show] = useState<{ name: string; url: string } | undefined>(undefined);
  const [told, tell] = useState('');
  const load = (): Promise<void> =>
    call<{ items: Person[]; roles: string[] }>('GET', 'people').then(
      (x) => {
        set(x.items);
        know(x.roles);
      },
      (e) => tell(sorry(e)),
    );
  useEffect(() => void load(), []);
  const put = async (p: Person): Promise<void> => {
    try {
      await call('PUT', `people/${encodeURIComponent(p.user)}`, {
        name: p.name,
        roles: p.roles,
        rooms: p.rooms,
        closed: p.closed,
      });
      tell('');
      edit(undefined);
      await load();
    } catch (e) {
      tell(sorry(e));
    }
  };
  const give = async (p: Person): Promise<void> => {
    try {
      const { key } = await call<{ key: string }>('POST', `people/${encodeURIComponent(p.user)}/link`);
      show({ name: p.name, url: `${location.origin}/login#k=${key}` });
      tell('');
    } catch (e) {
      tell(sorry(e));
    }
  };
  const blank: Person = { user: '', name: '', roles: [], rooms: [], closed: false, entered: 0 };
  return (
    <section aria-labelledby="h-people">
      <h2 id="h-people">{w('people')}</h2>
      <p class="soft">{w('peopleHow')}</p>
      {told && <p role="alert">{told}</p>}
      {link && (
        <div class="link">
          <p>{w('linkIs', { name: link.name })}</p>
          <output>
            <bdi>{link.url}</bdi>
          </output>
          <button
            type="button"
            class="main"
            onClick={() => void navigator.clipboard.writeText(link.url).then(() => tell(w('copied')))}
          >
            {w('copy')}
          </button>
        </div>
      )}
      <ul class="list">
        {all.map((p) => (
          <li key={p.user} class={p.closed ? 'shut' : ''}>
            {editing === p.user ? (
              <Form person={p} roles={roles} save={put} cancel={() => edit(undefined)} />
            ) : (
              <>
                <div>
                  <b>
                    <bdi>{p.name}</bdi>
                  </b>
                  <small>
                    <bdi>{p.user}</bdi> · {p.closed ? w('isShut') : p.entered ? when(p.entered) : w('never')}
                  </small>
                  <span class="roles">
                    {p.roles.map(roleName).join(' · ')} — <bdi>{p.rooms.length > 0 ? p.rooms.join(', ') : w('all')}</bdi>
                  </span>
                </div>
                {write && (
                  <div class="acts">
                    {!p.closed && (
                      <button type="button" onClick={() => void give(p)}>
                        {w('giveLink')}
                      </button>
                    )}
                    <button type="button" onClick={() => edit(p.user)}>
                      {w('edit')}
                    </button>
                    <button type="button" onClick={() => void put({ ...p, closed: !p.closed })}>
                      {p.closed ? w('reopen') : w('shut')}
                    </button>
                  </div>
                )}
              </>
            )}
          </li>
        ))}
        {editing === '' && (
          <li>
            <Form person={blank} roles={roles} save={put} cancel={() => edit(undefined)} />
          </li>
        )}
      </ul>
      {write && editing === undefined && (
        <button type="button" class="main" onClick={() => edit('')}>
          {w('add')}
        </button>
      )}
    </section>
  );
}

interface FormProps {
  person: Person;
  roles: string[];
  save: (p: Person) => Promise<void>;
  cancel: () => void;
}

function Form({ person, roles, save, cancel }: FormProps) {
  return (
    <form
      class="person"
      onSubmit={(e) => {
        e.preventDefault();
        const form = new FormData(e.currentTarget);
        const text = (k: string): string => String(form.get(k) ?? '').trim();
        const rooms = text('rooms')
          .split(/[,，\s]+/)
          .filter(Boolean);
        void save({
          ...person,
          user: person.user || text('user'),
          name: text('name'),
          roles: form.getAll('roles').map(String),
          rooms,
        });
      }}
    >
      {!person.user && (
        <label>
          {w('user')}
          <input name="user" required pattern="[A-Za-z0-9._@\-]{1,64}" autocomplete="off" />
          <small>{w('userHow')}</small>
        </label>
      )}
      <label>
        {w('name')}
        <input name="name" required maxLength={32} defaultValue={person.name} autocomplete="off" />
      </label>
      <fieldset>
        <legend>{w('roles')}</legend>
        {roles.map((r) => (
          <label key={r} class="tick">
            <input type="checkbox" name="roles" value={r} defaultChecked={person.roles.includes(r)} /> {roleName(r)}
          </label>
        ))}
      </fieldset>
      <label>
        {w('rooms')}
        <input name="rooms" defaultValue={person.rooms.join(', ')} autocomplete="off" />
        <small>{w('roomsHow')}</small>
      </label>
      <div class="acts">
        <button type="submit" class="main">
          {w('save')}
        </button>
        <button type="button" onClick={cancel}>
          {w('cancel')}
        </button>
      </div>
    </form>
  );
}
