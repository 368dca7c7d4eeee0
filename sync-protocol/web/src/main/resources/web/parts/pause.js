/** A text field that tells what was typed once the typing has stopped for a moment. */
export function onPause(act, ms = 300) {
  let timer = null;
  return (event) => {
    const { value } = event.target;
    clearTimeout(timer);
    timer = setTimeout(() => act(value.trim()), ms);
  };
}
