// The browser leg: what a plan asks of TikTok's pixel. It needs a document, so it is there in a
// frame only.
import { clean } from "./frame.js";
import * as tiktok from "./ttq.js";

export const leg = {
  clean,
  acts: {
    load: ({ pixel, script }) => tiktok.load(pixel, script),
    identify: ({ user }) => tiktok.call("identify", user),
    page: () => tiktok.call("page"),
    track: ({ call: { name, params, options } }) => tiktok.call("track", name, params, options),
    revoke: () => tiktok.revoke(),
  },
};
