// A private link holds what opens its draft behind the #, which no browser sends on.
const link = document.getElementById("link");
if (link && location.hash.length > 1) {
  link.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname); // it need not stay in sight
  link.form.requestSubmit();
}
