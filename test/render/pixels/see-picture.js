/*
 * Runs in a page of Chromium: what it shows of a file. ImageDecoder gives the frames of an animation; an `img` element
 * turns a still by its EXIF.
 */

/** Draws a still, or each frame below the one before it. Returns the milliseconds of the frames. */
async function drawFrames(context, image, decoder, frames) {
  const delays = [];
  if (frames === 1) context.drawImage(image, 0, 0);
  for (let frameIndex = 0; frames > 1 && frameIndex < frames; frameIndex += 1) {
    const { image: frame } = await decoder.decode({ frameIndex });
    context.drawImage(frame, 0, frameIndex * image.naturalHeight);
    delays.push((frame.duration ?? 0) / 1_000);
    frame.close();
  }
  return delays;
}

/** A PNG is its first frame. */
async function openDecoder(data, type) {
  const decoder = new ImageDecoder({ data, type });
  await decoder.completed;
  await decoder.tracks.ready;
  const { frameCount = 1, repetitionCount = 0 } = decoder.tracks.selectedTrack ?? {};
  const plays = repetitionCount === Number.POSITIVE_INFINITY ? 0 : repetitionCount + 1;
  return { decoder, plays, frames: type === 'image/png' ? 1 : frameCount };
}

/** Called by browser-pixels.ts. */
globalThis.seePicture = async ({ base64, type }) => {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  const { decoder, plays, frames } = await openDecoder(bytes, type);
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([bytes], { type }));
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  const context = new OffscreenCanvas(width, height * frames).getContext('2d');
  const delays = await drawFrames(context, image, decoder, frames);
  const { data } = context.getImageData(0, 0, width, height * frames);
  const text = Array.from(data, (one) => String.fromCharCode(one)).join('');
  return { width, height, frames, delays, plays, base64: btoa(text) };
};
