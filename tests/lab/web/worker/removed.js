// The globals an app pixel does not have (docs/facts/shopify.md#removed-globals: Shopify's own
// list, in its families).
var REMOVED = [
  "WebAssembly Atomics",
  "Worker WorkerLocation WorkerNavigator WorkerBrowser Browser ServiceWorker ServiceWorkerContainer ServiceWorkerRegistration",
  "BroadcastChannel MessageChannel MessagePort WebSocket EventSource",
  "WebTransport WebTransportBidirectionalStream WebTransportDatagramDuplexStream WebTransportError",
  "XMLHttpRequestEventTarget XMLHttpRequestUpload",
  "indexedDB IDBCursor IDBCursorWithValue IDBDatabase IDBFactory IDBIndex IDBKeyRange IDBObjectStore IDBOpenDBRequest IDBRequest",
  "IDBTransaction IDBVersionChangeEvent caches Cache",
  "File FileList FileReader FileReaderSync FileSystemDirectoryHandle FileSystemFileHandle FileSystemHandle",
  "FileSystemWritableFileStream FileSystemSyncAccessHandle webkitRequestFileSystem webkitRequestFileSystemSync",
  "webkitResolveLocalFileSystemSyncURL webkitResolveLocalFileSystemURL FormData",
  "ReadableStream ReadableStreamDefaultReader ReadableStreamDefaultController ReadableStreamBYOBReader ReadableStreamBYOBRequest",
  "ReadableByteStreamController WritableStream WritableStreamDefaultWriter WritableStreamDefaultController CompressionStream",
  "CustomEvent DOMException DOMStringList DOMRect DOMRectReadOnly DOMQuad DOMPoint DOMPointReadOnly DOMMatrix DOMMatrixReadOnly",
  "ImageData OffscreenCanvas OffscreenCanvasRenderingContext2D Path2D FontFace FontFaceSet BarcodeDetector WebGLRenderingContext",
  "WebGL2RenderingContext WebGLActiveInfo WebGLBuffer WebGLContextEvent WebGLFramebuffer WebGLObject WebGLProgram WebGLQuery",
  "WebGLRenderbuffer WebGLSampler WebGLShader WebGLShaderPrecisionFormat WebGLSync WebGLTexture WebGLTransformFeedback",
  "WebGLUniformLocation WebGLVertexArrayObject",
  "AudioData AudioDecoder AudioEncoder AudioTrackConfiguration EncodedAudioChunk EncodedVideoChunk ImageDecoder ImageTrack",
  "ImageTrackList VideoColorSpace VideoDecoder VideoEncoder VideoFrame VideoTrackConfiguration",
  "RTCDataChannel RTCEncodedAudioFrame RTCEncodedVideoFrame RTCRtpScriptTransformer RTCTransformEvent",
  "Notification NotificationEvent PushManager PushSubscription PushSubscriptionOptions Permissions PermissionStatus",
  "PeriodicSyncManager PaymentInstruments BackgroundFetchManager BackgroundFetchRecord BackgroundFetchRegistration",
  "Serial SerialPort USB USBAlternateInterface USBConfiguration USBConnectionEvent USBDevice USBEndpoint USBInTransferResult",
  "USBInterface USBIsochronousInTransferPacket USBIsochronousInTransferResult USBIsochronousOutTransferPacket",
  "USBIsochronousOutTransferResult USBOutTransferResult NetworkInformation",
  "Lock LockManager",
  "Navigator NavigatorUAData",
]
  .join(" ")
  .split(" ");
