// Sets the theme before anything is drawn, so that a dark page does not flash. A classic script on
// purpose: modules run too late for that.
(() => {
  const stored = (() => {
    try {
      return localStorage.getItem("drme-theme");
    } catch {
      return null; // Storage is forbidden; the system's preference counts then.
    }
  })();
  if (stored === "dark" || stored === "light") {
    document.documentElement.dataset.theme = stored;
  }
})();
