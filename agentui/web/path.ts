// What an offer to the server must be like.

const GATHER_MS = 1500; // host candidates take milliseconds; never wait for more

/**
 * Asks for G.711 and telephone-event only: the trunk speaks it, so nothing is
 * transcoded (RFC 7874 makes it mandatory). On a slow line Opus comes first. The
 * server speaks what comes first; a browser that cannot be told says Opus.
 */
export function prefer(t: RTCRtpTransceiver, opus: boolean): void {
  const known = RTCRtpReceiver.getCapabilities?.("audio")?.codecs ?? [];
  const pick = (mime: string) => known.filter((c) => c.mimeType.toLowerCase() === mime);
  const codecs = [...(opus ? pick("audio/opus") : []), ...pick("audio/pcma"), ...pick("audio/pcmu"), ...pick("audio/telephone-event").filter((c) => c.clockRate === 8000)];
  if (codecs.length === 0) return;
  try {
    t.setCodecPreferences(codecs);
  } catch {
    // Firefox before 128 does not know telephone-event here.
  }
}

/** Whether an answer has Opus first: that is what both will speak. */
export function speaksOpus(sdp: string): boolean {
  const first = /^m=audio \S+ \S+ (\d+)/m.exec(sdp)?.[1];
  return !!first && new RegExp(`^a=rtpmap:${first} opus/`, "mi").test(sdp);
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
