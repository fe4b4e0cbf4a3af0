"""Array types shared by the recipe."""

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float32]
