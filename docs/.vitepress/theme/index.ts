// The theme that names no web font: pages are set in what the reader's machine has.
import theme from "vitepress/theme-without-fonts"
import "./site.css"

export default theme
