// What an offer to the server must be like.

const GATHER_MS = 1500; // host candidates take milliseconds; never wait for more

/**
 * Asks for G.711 and telephone-event only: the trunk speaks it, so nothing is
 * transcoded (RFC 7874 makes it mandatory). A browser that cannot be told is
 * answered with it anyway.
 */
export function preferG711(t: RTCRtpTransceiver): void {
  const known = RTCRtpReceiver.getCapabilities?.("audio")?.codecs ?? [];
  const pick = (mime: string) => known.filter((c) => c.mimeType.toLowerCase() === mime);
  const codecs = [...pick("audio/pcma"), ...pick("audio/pcmu"), ...pick("audio/telephone-event").filter((c) => c.clockRate === 8000)];
  if (codecs.length === 0) return;
  try {
    t.setCodecPreferences(codecs);
  } catch {
    // Firefox before 128 does not know telephone-event here.
  }
}

/** Waits until all candidates are in the description: the offer is sent whole. */
export async function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === "complete") return;
  await new Promise<void>((done) => {
    const end = setTimeout(done, GATHER_MS);
    pc.addEventListener("icegatheringstatechange", () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(end);
      done();
    });
  });
}
