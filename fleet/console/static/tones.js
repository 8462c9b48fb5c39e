// Tones one after the other, each a [hertz, seconds] that fades; plays them from `at` on and returns their end.
export function sound(context, tones, at) {
  let from = at;
  for (const [hertz, seconds] of tones) {
    const tone = context.createOscillator();
    const level = context.createGain();
    tone.frequency.value = hertz;
    level.gain.setValueAtTime(0.4, from);
    level.gain.exponentialRampToValueAtTime(0.001, from + seconds);
    tone.connect(level).connect(context.destination);
    tone.start(from);
    tone.stop(from + seconds);
    from += seconds;
  }
  return from;
}
