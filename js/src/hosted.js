// The custom pixel, hosted (hosting.js).
import "./hosting.js";
