// Classifies photos with a student of 'remem export --input image --softmax': pixels of any size go in, probabilities come out.
// Photos come from the file input, or from addresses in the query: index.html?photo=a.jpg&photo=b.jpg
import * as ort from './node_modules/onnxruntime-web/dist/ort.wasm.min.mjs';

ort.env.wasm.wasmPaths = new URL('./node_modules/onnxruntime-web/dist/', import.meta.url).href;
// More threads need a page that is isolated across origins (COOP and COEP headers).
ort.env.wasm.numThreads = self.crossOriginIsolated ? 0 : 1;

const status = document.getElementById('status');
const answers = document.getElementById('answers');

async function load() {
  const [model, labels] = await Promise.all(['model.onnx', 'labels.txt'].map(async (name) => {
    const response = await fetch(name);
    if (!response.ok) throw new Error(`${name} is not there: export it with remem, and copy it next to this page.`);
    return response;
  }));
  return {
    session: await ort.InferenceSession.create(new Uint8Array(await model.arrayBuffer())),
    labels: (await labels.text()).split('\n').filter((line) => line.length > 0),
  };
}

// Decoded as in training: turned by EXIF, and without conversion of colours.
async function pixels(blob) {
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image', colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from];
    rgb[to++] = rgba[from + 1];
    rgb[to++] = rgba[from + 2];
  }
  return new ort.Tensor('uint8', rgb, [1, height, width, 3]);
}

async function classify({ session, labels }, name, blob) {
  const start = performance.now();
  let cells;
  try {
    const { probabilities } = await session.run({ input: await pixels(blob) });
    const values = probabilities.data;
    const best = values.reduce((top, value, i) => (value > values[top] ? i : top), 0);
    cells = [name, labels[best], values[best].toFixed(6), (performance.now() - start).toFixed(0)];
  } catch (error) {
    cells = [name, `cannot be classified: ${error.message}`, '', ''];
  }
  const row = answers.insertRow();
  cells.forEach((text, i) => {
    const cell = row.insertCell();
    cell.textContent = text;
    if (i > 1) cell.className = 'number';
  });
}

try {
  const student = await load();
  status.textContent = `Ready: ${student.labels.length} classes.`;
  // One photo after the other: the model's memory is shared.
  let work = Promise.resolve();
  document.getElementById('photos').addEventListener('change', (event) => {
    for (const file of event.target.files) work = work.then(() => classify(student, file.name, file));
  });
  for (const address of new URLSearchParams(location.search).getAll('photo')) {
    await classify(student, address, await (await fetch(address)).blob());
  }
} catch (error) {
  status.textContent = error.message;
}
