// What the pages gain with scripts. Without them every page still works by touch and by a plain keyboard.
import { watchVisit } from "./visit.js";
import { keepWords, watchState } from "./words.js";
import { hearKeys } from "./keypad.js";
import { offerKeyboard } from "./keyboard.js";
import { offerCamera } from "./camera.js";
import { speakPage } from "./speech.js";
import { proveScreen } from "./screen.js";
import { settleTaps } from "./taps.js";

watchVisit();
watchState();
keepWords();
settleTaps();
hearKeys();
offerKeyboard();
offerCamera();
document.getElementById("summary")?.focus();
speakPage();
proveScreen();
