// The script of the status page: it fetches the page again and replaces what has changed. Without
// it the page refreshes as a whole (the <noscript> in status_page.cc).
#include "store/page/assets.h"

namespace walstow {

std::string_view page_script() {
  return R"js(
'use strict';
(() => {
  const EVERY = 10000;
  const PATIENCE = 30000;
  const offline = document.getElementById('offline');
  const release = document.documentElement.dataset.release;
  let timer = 0;
  let busy = false;
  let failingSince = null;

  const partsOf = (root) => [...root.querySelectorAll('main > [data-part]')];

  // Only a part that has changed is replaced, and the page neither scrolls nor loses its focus.
  const show = (fresh) => {
    const focused = document.activeElement && document.activeElement.id;
    const place = [window.scrollX, window.scrollY];
    const before = partsOf(document);
    const after = partsOf(fresh);
    const ids = (parts) => parts.map((part) => part.id).join(' ');
    const same = ids(before) === ids(after);
    if (same) {
      before.forEach((part, i) => {
        const next = after[i];
        if (part.className !== next.className) part.className = next.className;
        if (part.innerHTML !== next.innerHTML) replaceInside(part, next);
      });
    } else {
      document.querySelector('main').replaceChildren(...fresh.querySelector('main').childNodes);
    }
    document.title = fresh.title;
    const icon = document.querySelector('link[rel=icon]');
    const nextIcon = fresh.querySelector('link[rel=icon]');
    if (icon.href !== nextIcon.href) icon.href = nextIcon.href;
    const again = focused && document.getElementById(focused);
    if (again && again !== document.activeElement) again.focus({preventScroll: true});
    if (window.scrollX !== place[0] || window.scrollY !== place[1]) window.scrollTo(...place);
  };

  // A live region stays the same element, so that a screen reader reads its new text, once.
  const replaceInside = (part, next) => {
    const live = part.querySelector('[aria-live]');
    const nextLive = next.querySelector('[aria-live]');
    if (!live || !nextLive) {
      part.replaceChildren(...next.childNodes);
      return;
    }
    if (live.innerHTML !== nextLive.innerHTML) live.replaceChildren(...nextLive.childNodes);
    while (live.nextSibling) live.nextSibling.remove();
    while (nextLive.nextSibling) part.append(nextLive.nextSibling);
  };

  const failed = (why) => {
    if (!failingSince) failingSince = new Date();
    const at = failingSince.toLocaleTimeString();
    offline.textContent =
      `This page has not been refreshed since ${at} (${why}). It shows an earlier state.`;
    offline.hidden = false;
  };

  const ask = async () => {
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const reply = await fetch(location.href, {cache: 'no-store', signal});
      return {status: reply.status, text: await reply.text()};
    } catch (error) {
      failed(error.name === 'TimeoutError' ? 'no answer' : 'no connection');
      return null;
    }
  };

  const refresh = async () => {
    if (busy || document.hidden) return;
    busy = true;
    const answer = await ask();
    busy = false;
    if (!answer) return;
    const fresh = new DOMParser().parseFromString(answer.text, 'text/html');
    const theirs = fresh.documentElement.dataset.release;
    if (!theirs) {
      failed(`the answer has status ${answer.status}`);
    } else if (theirs !== release) {
      location.reload();
    } else {
      show(fresh);
      failingSince = null;
      offline.hidden = true;
    }
  };

  const start = () => {
    clearInterval(timer);
    timer = setInterval(refresh, EVERY);
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    refresh();
    start();
  });
  start();
})();
)js";
}

}  // namespace walstow
