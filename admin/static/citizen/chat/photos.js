// Photos: those about to be sent (tray with progress), those in the thread (fetched with the token), one in full.

import { el, icon, show } from "./dom.js";
import { WORDS } from "./words.js";

const MOST = 10; // photos in one message
const KINDS = new Set(["image/jpeg", "image/png", "image/webp"]);
const PATH = "/api/v1/chat/photos/";

/** Addresses of pictures that need the token. A photo just uploaded is shown from the file itself. */
export class Pictures {
  #api;
  #known = new Map();

  constructor(api) {
    this.#api = api;
  }

  put(mediaId, address) {
    this.#known.set(PATH + mediaId, Promise.resolve(address));
  }

  get(path) {
    if (!this.#known.has(path)) {
      const asked = this.#api.picture(path);
      asked.catch(() => this.#known.delete(path));
      this.#known.set(path, asked);
    }
    return this.#known.get(path);
  }
}

export class Tray {
  #list;
  #api;
  #pictures;
  #tell;
  #most;
  #photos = [];

  constructor(root, api, pictures, tell) {
    this.#list = root.querySelector("[data-tray]");
    this.#api = api;
    this.#pictures = pictures;
    this.#tell = tell;
    this.#most = Number(root.dataset.maxUploadMb);
  }

  get empty() {
    return this.#photos.length === 0;
  }

  /** Why the photos cannot be sent right now, or null. */
  get hindrance() {
    if (this.#photos.some((photo) => photo.failed)) return WORDS.photosFailed;
    return this.#photos.some((photo) => !photo.mediaId) ? WORDS.photosLoading : null;
  }

  add(files) {
    this.#tell(null);
    for (const file of files) {
      if (this.#photos.length >= MOST) return this.#tell(WORDS.photoCount(MOST));
      if (file.type && !KINDS.has(file.type)) this.#tell(WORDS.photoKind);
      else if (file.size > this.#most * 1_000_000) this.#tell(WORDS.photoTooLarge(this.#most));
      else this.#take(file);
    }
  }

  /** The ids of all photos, which are then the message's. */
  hand() {
    const ids = this.#photos.map((photo) => photo.mediaId);
    this.#photos = [];
    this.#draw();
    return ids;
  }

  #take(file) {
    const photo = { file, name: file.name, address: URL.createObjectURL(file), failed: false };
    photo.node = this.#tile(photo);
    this.#photos.push(photo);
    this.#draw();
    this.#upload(photo);
  }

  async #upload(photo) {
    photo.failed = false;
    photo.node.classList.remove("failed");
    this.#progress(photo, 0);
    photo.upload = this.#api.upload(photo.file, (part) => this.#progress(photo, part));
    try {
      const media = await photo.upload.done;
      photo.mediaId = media.media_id;
      this.#pictures.put(media.media_id, photo.address);
      photo.node.classList.add("done");
    } catch (error) {
      if (error.name === "AbortError") return;
      photo.failed = true;
      photo.node.classList.add("failed");
      this.#tell(error.message);
    }
  }

  #progress(photo, part) {
    photo.node.querySelector("progress").value = part;
  }

  #tile(photo) {
    return el(
      "li",
      { class: "tile" },
      el("img", { src: photo.address, alt: photo.name }),
      el("progress", { max: 1, value: 0, "aria-label": WORDS.uploading(photo.name) }),
      el("button", { type: "button", class: "again", "aria-label": WORDS.retryPhoto(photo.name), onclick: () => this.#upload(photo) }, icon("arrow-clockwise")),
      el("button", { type: "button", class: "remove", "aria-label": WORDS.removePhoto(photo.name), onclick: () => this.#remove(photo) }, icon("x-lg")),
    );
  }

  #remove(photo) {
    photo.upload?.cancel();
    URL.revokeObjectURL(photo.address);
    this.#photos = this.#photos.filter((other) => other !== photo);
    this.#tell(null);
    this.#draw();
  }

  #draw() {
    this.#list.replaceChildren(...this.#photos.map((photo) => photo.node));
    show(this.#list, this.#photos.length > 0);
  }
}

/** One photo in full, over the page. */
export function viewer(root) {
  const dialog = root.querySelector("[data-viewer]");
  dialog.querySelector("[data-viewer-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return (address) => {
    dialog.querySelector("[data-viewer-image]").src = address;
    dialog.showModal();
  };
}
