'use strict';
const byId = id => document.getElementById(id);
const headers = () => {
  const key = sessionStorage.getItem('key');
  return key ? { 'X-API-Key': key } : {};
};

async function ask(path, options = {}) {
  let response = await fetch(path, { ...options, headers: { ...options.headers, ...headers() } });
  if (response.status === 401) {
    const key = prompt('This service asks for a key.');
    if (key) {
      sessionStorage.setItem('key', key);
      response = await fetch(path, { ...options, headers: { ...options.headers, ...headers() } });
    }
  }
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail || 'The service did not answer.');
  return body;
}

function text(tag, content, style) {
  const element = document.createElement(tag);
  element.textContent = content;
  if (style) element.className = style;
  return element;
}

async function show(blob, name) {
  const card = document.createElement('article');
  const image = document.createElement('img');
  image.alt = '';
  image.src = URL.createObjectURL(blob);
  const words = document.createElement('div');
  words.append(text('b', name), text('p', 'Looking.', 'soft'));
  card.append(image, words);
  byId('answers').prepend(card);
  try {
    const body = await ask('/classify?top=5', { method: 'POST', body: blob, headers: { 'Content-Type': 'application/octet-stream' } });
    const answer = body.answers[0];
    const list = document.createElement('ol');
    for (const c of answer.classes) {
      const item = document.createElement('li');
      const meter = document.createElement('meter');
      meter.value = c.probability;
      meter.setAttribute('aria-hidden', 'true');
      item.append(text('span', c.label), text('span', (100 * c.probability).toFixed(1) + ' %'), meter);
      list.append(item);
    }
    words.replaceChildren(text('b', answer.label), text('p', `${name}, ${body.milliseconds.toFixed(0)} ms`, 'soft'), list);
  } catch (error) {
    words.replaceChildren(text('b', name), text('p', error.message, 'bad'));
  }
}

const all = async files => { for (const file of files) await show(file, file.name); };
byId('files').addEventListener('change', event => all(event.target.files));
const drop = byId('drop');
for (const name of ['dragover', 'dragleave', 'drop']) {
  drop.addEventListener(name, event => {
    event.preventDefault();
    drop.classList.toggle('over', name === 'dragover');
    if (name === 'drop') all(event.dataTransfer.files);
  });
}

byId('camera').addEventListener('click', async () => {
  try {
    const video = byId('video');
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    await video.play();
    video.hidden = byId('shoot').hidden = false;
  } catch {
    byId('answers').prepend(text('p', 'The camera cannot be opened. Browsers allow it on this machine and over https only.', 'bad'));
  }
});
byId('shoot').addEventListener('click', () => {
  const video = byId('video'), canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext('2d').drawImage(video, 0, 0);
  canvas.toBlob(blob => show(blob, 'camera'), 'image/jpeg', 0.92);
});

ask('/model').then(model => {
  byId('model').textContent = `${model.architecture} at ${model.imageSize} px, ${model.labels.length} classes.`;
}).catch(error => { byId('model').textContent = error.message; });
