"""camdash shows what an X-ray classifier looks at: one forward pass, the exact evidence of every class.

To import it switches off the usage data that ONNX Runtime would collect and send, in this process and in those that it
starts, whatever the environment says. ONNX Runtime reads the variable when it is first imported (docs/privacy.md).
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
