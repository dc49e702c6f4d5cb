// ECharts with the three kinds of chart that the administrators' pages show, on a canvas that WeChat gives.
// Version 6.0.0: that of 6.1.0 wants a second canvas for a heat map, and makes it as a browser would.

import { BarChart, HeatmapChart, LineChart } from 'echarts/charts';
import { GridComponent, VisualMapContinuousComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([BarChart, HeatmapChart, LineChart, GridComponent, VisualMapContinuousComponent, CanvasRenderer]);

/** @param canvas the node of a `<canvas type="2d">` */
export function chartOn(canvas, size) {
  return init(canvas, null, size);
}
