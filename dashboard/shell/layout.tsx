import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { Command, LogOut, Menu as MenuIcon, Monitor, Moon, Sun, X } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { listAttention, signOut } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { LiveBadge } from '../live/badge.tsx';
import { useMe } from '../session/session.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { Late } from '../ui/late.tsx';
import { toastFailed } from '../ui/toast.tsx';
import { DESTINATIONS, type Destination } from './navigation.ts';
import { OutdatedLine } from './outdated.tsx';
import { PauseKey } from './pause-key.tsx';
import { useShortcut } from './shortcuts.ts';
import { chooseTheme, useTheme } from './theme.ts';

const loadShortcutList = async () => (await import('./shortcut-list.tsx')).ShortcutList;
const loadPalette = async () => (await import('./palette.tsx')).Palette;

export function Layout() {
  const [menuOpen, setMenuOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const closer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (menuOpen) closer.current?.focus();
  }, [menuOpen]);
  const closeMenu = () => {
    setMenuOpen(false);
    opener.current?.focus();
  };
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [listOpen, setListOpen] = useState(false);
  const list = { does: 'This list', group: 'Everywhere', shown: '?', useKey: true, overDialogs: true };
  useShortcut('?', list, () => setListOpen((is) => !is));
  useShortcut('mod+k', { does: 'Go to, find, do', group: 'Everywhere', enableOnFormTags: true }, () =>
    setPaletteOpen(true),
  );
  return (
    <div className="grid min-h-dvh md:grid-cols-[15rem_minmax(0,1fr)]">
      <SkipLink />
      {menuOpen && <Backdrop onClose={closeMenu} />}
      <aside
        className={cn(
          'fixed inset-y-0 left-0 z-30 w-60 flex-col border-r bg-panel md:sticky md:top-0 md:flex md:h-dvh md:w-auto',
          menuOpen ? 'flex shadow-2xl' : 'hidden',
        )}
      >
        <div className="flex h-14 items-center gap-2 px-4 text-base font-semibold">
          <Logo />
          Ringleader
          <span className="ml-auto md:hidden">
            <IconButton ref={closer} label="Close menu" icon={<X />} onClick={closeMenu} />
          </span>
        </div>
        <nav aria-label="Main" className="grid gap-0.5 overflow-y-auto p-2">
          {DESTINATIONS.map((destination) => (
            <NavItem key={destination.label} destination={destination} onGo={() => setMenuOpen(false)} />
          ))}
        </nav>
        <Account />
      </aside>
      <div className="flex min-w-0 flex-col">
        <TopBar
          opener={opener}
          menuOpen={menuOpen}
          onMenu={() => setMenuOpen(true)}
          onPalette={() => setPaletteOpen(true)}
        />
        <main id="main" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          <Outlet />
        </main>
      </div>
      {paletteOpen && (
        <Late name="palette" load={loadPalette} failing={null}>
          {(Palette) => <Palette open onOpenChange={setPaletteOpen} />}
        </Late>
      )}
      {listOpen && (
        <Late name="shortcut-list" load={loadShortcutList} failing={null}>
          {(ShortcutList) => <ShortcutList open onOpenChange={setListOpen} />}
        </Late>
      )}
    </div>
  );
}

interface TopBarProps {
  opener: RefObject<HTMLButtonElement | null>;
  menuOpen: boolean;
  onMenu: () => void;
  onPalette: () => void;
}

function TopBar({ opener, menuOpen, onMenu, onPalette }: TopBarProps) {
  return (
    <div className="sticky top-0 z-20 flex h-14 items-center gap-2 border-b bg-ground/92 px-4 backdrop-blur md:px-6">
      <span className="md:hidden">
        <IconButton
          ref={opener}
          label="Open menu"
          icon={<MenuIcon />}
          aria-expanded={menuOpen}
          onClick={onMenu}
        />
      </span>
      <Button className="text-muted" icon={<Command />} onClick={onPalette}>
        <span className="hidden sm:inline">Go to, find, do…</span>
        <kbd className="hidden font-mono text-xs sm:inline">Ctrl K</kbd>
        <span className="sm:hidden">Find</span>
      </Button>
      <div className="ml-auto flex items-center gap-2">
        <PauseKey />
        <LiveBadge />
        <ThemeButton />
      </div>
      <OutdatedLine />
    </div>
  );
}

/** On narrow pages a touch beside the menu, or Escape, closes it. */
function Backdrop({ onClose }: { onClose: () => void }) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onClose();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [onClose]);
  return <div aria-hidden className="fixed inset-0 z-25 bg-black/45 md:hidden" onPointerDown={onClose} />;
}

/** The first stop of the Tab key. */
function SkipLink() {
  return (
    <a
      href="#main"
      className="absolute left-2 top-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-2 text-accent-ink focus:translate-y-0"
    >
      Skip to content
    </a>
  );
}

function NavItem({ destination, onGo }: { destination: Destination; onGo: () => void }) {
  const { to, label, icon: Icon, key } = destination;
  const navigate = useNavigate();
  useShortcut(`g>${key}`, { does: label, group: 'Go to' }, () => void navigate({ to }));
  return (
    <Link
      to={to}
      onClick={onGo}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      className="flex items-center gap-2.5 rounded-md px-2.5 py-1.5 font-medium whitespace-nowrap text-muted hover:bg-raised hover:text-ink data-[status=active]:bg-accent/10 data-[status=active]:text-accent"
    >
      <Icon aria-hidden className="size-4" />
      {label}
      {to === '/attention' && <AttentionCount />}
    </Link>
  );
}

const SHOWN_ATTENTION = 99;

function AttentionCount() {
  const { data } = useQuery({
    queryKey: [...keys.attention, 'count'],
    queryFn: () => listAttention({ limit: SHOWN_ATTENTION + 1 }),
  });
  const count = data?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <Badge tone="bad" className="ml-auto">
      {count > SHOWN_ATTENTION ? `${SHOWN_ATTENTION}+` : count}
    </Badge>
  );
}

function Account() {
  const me = useMe();
  const leave = () => {
    signOut().then(
      () => window.location.assign('/'),
      (error: unknown) => toastFailed('You are still signed in', error),
    );
  };
  return (
    <div className="mt-auto grid gap-2 border-t p-3">
      {me.simulated && (
        <Badge tone="info" className="justify-self-start">
          Simulated phones
        </Badge>
      )}
      <div className="flex items-center justify-between gap-2">
        <div className="min-w-0">
          <div className="truncate font-medium">{me.name}</div>
          <div className="text-xs text-muted">{me.role}</div>
        </div>
        <IconButton label="Sign out" icon={<LogOut />} onClick={leave} />
      </div>
    </div>
  );
}

const THEMES = { system: ['light', Monitor], light: ['dark', Sun], dark: ['system', Moon] } as const;

/** Cycles through the themes: system, light, dark. */
function ThemeButton() {
  const theme = useTheme();
  const [next, Icon] = THEMES[theme];
  return (
    <IconButton
      label={`Theme: ${theme}. Change to ${next}`}
      icon={<Icon />}
      onClick={() => chooseTheme(next)}
    />
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="size-6" aria-hidden>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M16 10v12M10.500 13v6M21.500 13v6M5.500 15.300v1.400M26.500 15.300v1.400"
        className="stroke-accent-ink"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
    </svg>
  );
}
