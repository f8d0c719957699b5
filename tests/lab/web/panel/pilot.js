// "Do it for me": presses what a person would press, over as many pages as it takes. What is left to
// do is kept for this tab; a step is an address, or what to press there.
var PILOT_KEY = "lab.pilot";
// Slow enough to be followed, and for what the shop does meanwhile to happen.
var STEP_MS = 900;
// Where there is nothing to press after that many looks, it is given up.
var LOOKS = 12;

// As a new shopper, so that the banner asks; ticks stay.
function pilot(one) {
  var done = FOUR.map((other) => `lab.done.${other.name}`).filter((key) =>
    sessionStorage.getItem(key),
  );
  forget().then(() => {
    done.forEach((key) => {
      sessionStorage.setItem(key, "1");
    });
    keepCourse(one.steps);
    fly();
  });
}

function keepCourse(steps) {
  if (steps.length) sessionStorage.setItem(PILOT_KEY, JSON.stringify(steps));
  else sessionStorage.removeItem(PILOT_KEY);
}

function fly(looks) {
  var steps = JSON.parse(sessionStorage.getItem(PILOT_KEY) || "[]");
  if (!steps.length || (looks || 0) > LOOKS) {
    keepCourse([]);
    return;
  }
  var step = steps[0];
  if (step[0] === "/") {
    keepCourse(steps.slice(1));
    location.href = step;
    return;
  }
  var target = document.querySelector(`#shop ${step}, #banner ${step}`);
  if (target) {
    keepCourse(steps.slice(1));
    target.click();
  }
  // A page that is left meanwhile goes on after it has been drawn again.
  setTimeout(fly, STEP_MS, target ? 0 : (looks || 0) + 1);
}
