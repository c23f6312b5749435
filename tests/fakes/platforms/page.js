"use strict";
const byId = (id) => document.getElementById(id);
const platform = byId("platform"), user = byId("user"), chat = byId("chat");
// what each platform's own app cannot send
const MISSING = { zalo: ["place", "phone"], zalo_oa: [], telegram: [] };
let shown = "";

async function command(path, body) {
  const answer = await fetch(`/control/${platform.value}/${path}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body || {}),
  });
  if (!answer.ok) byId("state").textContent = "Chưa gửi được, hãy thử lại.";
  await refresh();
}

const say = (act) => command("say", { user: user.value, name: user.selectedOptions[0].textContent, ...act });

function draw(line, last) {
  const box = document.createElement("div");
  box.className = line.mine ? "line mine" : "line";
  if (line.photo) {
    const image = new Image();
    image.src = line.photo;
    image.alt = "Ảnh trong cuộc trò chuyện";
    box.append(image);
  }
  if (line.text) box.append(line.text);
  if (line.buttons.length) {
    const row = document.createElement("div");
    row.className = "choices";
    line.buttons.forEach((button, index) => row.append(choice(line, button, index)));
    box.append(row);
  }
  return box;
}

function choice(line, button, index) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = button.text || button.title;
  made.onclick = () => {
    if (button.request_location) say({ kind: "location", lat: 20.9373, lon: 106.3146 });
    else if (button.request_contact) say({ kind: "contact", phone: "+84912345678" });
    else say({ press: index, message_id: line.id });
  };
  return made;
}

async function refresh() {
  const lines = await (await fetch(`/control/${platform.value}/chat/${user.value}`)).json();
  const state = JSON.stringify([platform.value, user.value, lines]);
  if (state === shown) return;
  shown = state;
  chat.replaceChildren(...lines.map(draw));
  chat.scrollTop = chat.scrollHeight;
}

async function look() {
  try {
    await refresh();
    const log = await (await fetch(`/control/${platform.value}/log`)).json();
    byId("state").textContent = log.webhook ? "" : "Kênh này chưa được kết nối với Lắng Nghe.";
  } catch {
    byId("state").textContent = "Nền tảng giả lập đã dừng.";
  }
  setTimeout(look, 700);
}

const base64 = (file) => new Promise((done) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.split(",")[1]);
  reader.readAsDataURL(file);
});

byId("form").onsubmit = (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  byId("text").value = "";
  if (text) say({ text });
};
byId("photo").onchange = async (event) => {
  for (const file of event.target.files) await say({ kind: "image", data: await base64(file), text: byId("text").value || null });
  event.target.value = byId("text").value = "";
};
byId("place").onclick = () => say({ kind: "location", lat: 20.9373, lon: 106.3146 });
byId("phone").onclick = () => say({ kind: "contact", phone: "+84912345678" });
byId("voice").onclick = () => say({ kind: "voice" });
byId("blocked").onchange = (event) => command(`block/${user.value}/${event.target.checked}`);
platform.onchange = user.onchange = () => {
  for (const id of ["place", "phone"]) byId(id).hidden = MISSING[platform.value].includes(id);
  byId("blocked").checked = false;
  refresh();
};
platform.onchange();
look();
