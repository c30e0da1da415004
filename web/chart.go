package web

// columnChart is a chart of columns, each of two parts, in the units of its view
// box. It carries no colours and no styles: classes say what each thing is, the
// page's policy allows nothing else, and so it follows the theme.
type columnChart struct {
	ID, Title, Desc string
	Width, Height   int
	Base            int // where the columns stand
	Columns         []chartColumn
	Lines           []chartLine
}

// chartColumn is one column. The lower part has a pattern, so that the two are
// told apart without colour.
type chartColumn struct {
	X, Width   int
	Top, Tall  int // of the whole column
	Mark, Part int // of its lower part
	Middle     int // for the texts
	Label      string
	Value      string
	Above      int // where the value is written
	Now        bool
}

// chartLine is a line of the grid with its value.
type chartLine struct {
	Y     int
	Value string
}

// columnValue is what a column shows: a whole, and a part of it.
type columnValue struct {
	Label, Value string
	Whole, Part  int
	Now          bool
}

// The measures of a chart, in the units of its view box.
const (
	chartWidth  = 720
	chartHeight = 250
	chartLeft   = 44 // room for the values of the grid
	chartTop    = 26 // room for the value over the highest column
	chartFoot   = 30 // room for the labels
)

// newColumnChart places the columns. The grid has round values.
func newColumnChart(values []columnValue, write func(any) string) columnChart {
	c := columnChart{Width: chartWidth, Height: chartHeight, Base: chartHeight - chartFoot}
	most := 0
	for _, v := range values {
		most = max(most, v.Whole)
	}
	step := gridStep(most)
	top := max(step, (most+step-1)/step*step)
	tall := func(n int) int { return n * (c.Base - chartTop) / top }
	for n := 0; n <= top; n += step {
		c.Lines = append(c.Lines, chartLine{Y: c.Base - tall(n), Value: write(n)})
	}
	if len(values) == 0 {
		return c
	}
	slot := (chartWidth - chartLeft) / len(values)
	for i, v := range values {
		col := chartColumn{
			X: chartLeft + i*slot + slot/7, Width: slot - 2*(slot/7), Middle: chartLeft + i*slot + slot/2,
			Label: v.Label, Value: v.Value, Now: v.Now,
			Tall: tall(v.Whole), Part: tall(v.Part),
		}
		col.Top, col.Mark, col.Above = c.Base-col.Tall, c.Base-col.Part, c.Base-col.Tall-7
		c.Columns = append(c.Columns, col)
	}
	return c
}

// gridStep is a round distance that makes two to five lines of a height.
func gridStep(most int) int {
	for unit := 1; ; unit *= 10 {
		for _, n := range []int{1, 2, 5} {
			if step := n * unit; most <= 4*step {
				return step
			}
		}
	}
}

// barWidth is how long the bar of n is beside the longest, in thousandths. What is
// there at all is seen.
func barWidth(n, most int) int {
	if n == 0 || most == 0 {
		return 0
	}
	return max(8, n*1000/most)
}
