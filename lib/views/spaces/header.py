"""What the header says of space: the affine taken apart, and the header doctor."""

import numpy as np
import streamlit as st

from lib.images.headers.doctor import SEVERITY, examine_header, worst_verdict
from lib.images.headers.finding import Finding
from lib.images.image import Image
from lib.images.lab.edited_images import EditedImage
from lib.images.sform_qform import Forms, code_words, read_forms
from lib.number_text import fixed_text, quantity_number, quantity_text
from lib.plain_text import escape_markdown
from lib.session import study_files
from lib.spaces.affine_sentences import describe_affine
from lib.spaces.affines import AffineParts, put_together, take_apart
from lib.spaces.corners import compare_corners
from lib.studies import read_sidecar

# Verdicts are told by word and icon; the colour only repeats them.
VERDICT_ICONS = {"fine": ":material/check_circle:", "look here": ":material/visibility:", "broken": ":material/error:"}
BOXES = {"fine": st.success, "look here": st.warning, "broken": st.error}


def show_affine(edited: EditedImage) -> None:
    """Show each part of the affine in a sentence, and the product that they are."""
    rows = [
        {
            "Part": f"**{part.name}**  \n{part.value}",
            "What it means, and how to get it in Python": f"{part.sentence}  \n`{part.function}`",
        }
        for part in describe_affine(edited.affine, edited.image.shape)
    ]
    st.table(rows, border="horizontal")
    parts = take_apart(edited.affine)
    st.markdown(
        "**The same as a product.** Read from the right: size the voxel, send its axes to the world's, lean, turn."
    )
    st.latex(_product_latex(parts))
    error = np.abs(put_together(parts) - edited.affine).max()
    st.caption(f"Multiplied out, with the translation as last column, this is the affine again, to within {error:.0e}.")


def show_doctor(image: Image) -> None:
    """Show the verdicts on the file's own header, what is broken first, and both forms side by side."""
    findings = examine_header(image.img, _sidecar_tr(st.session_state["image"]) if image.is_4d else None)
    counts = {verdict: sum(found.verdict == verdict for found in findings) for verdict in reversed(SEVERITY)}
    worst = worst_verdict(findings)
    with st.container(key="verdict"):
        BOXES[worst](
            ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n)
            + f", of {len(findings)} things looked at.",
            title=f"Verdict: {worst}",
            icon=VERDICT_ICONS[worst],
        )
    for verdict in ("broken", "look here"):
        for found in findings:
            if found.verdict == verdict:
                _show_finding(found)
    rows = [
        {"Verdict": f"{VERDICT_ICONS['fine']} fine", "What": found.name, "Why": escape_markdown(found.reason)}
        for found in findings
        if found.verdict == "fine"
    ]
    st.table(rows, border="horizontal")
    forms = read_forms(image.img.header)
    st.subheader("sform and qform")
    if forms is None:
        st.text("This format has one affine, so there is no second one to compare it with.")
        return
    _show_forms(forms, image.shape)


def _show_finding(found: Finding) -> None:
    advice = f"\n\n**What to do:** {escape_markdown(found.advice)}" if found.advice else ""
    text = escape_markdown(found.reason) + advice
    BOXES[found.verdict](text, title=f"{found.name}: {found.verdict}", icon=VERDICT_ICONS[found.verdict])


def _show_forms(forms: Forms, shape) -> None:
    st.text(f"nibabel uses: {forms.reason}")
    for column, name in zip(st.columns(2), ("sform", "qform"), strict=True):
        form = getattr(forms, name)
        used = ", used by nibabel" if forms.used == name else ""
        column.markdown(f"**{name}**, code {code_words(getattr(forms, f'{name}_code'))}{used}")
        if form is None:
            column.text("Not set, or not readable.")
        else:
            column.latex(r"\small " + _matrix(form, 4))
    if forms.sform is None or forms.qform is None:
        return
    corners = compare_corners(shape, forms.sform, forms.qform)
    st.markdown(
        f"Where the two put the eight corner voxels: up to **{quantity_text(corners.distances.max(), 'mm')}** apart."
    )
    rows = zip(corners.ijk, corners.first, corners.second, corners.distances, strict=True)
    titles = ("Voxel", "sform, mm", "qform, mm", "Apart, mm")
    st.table(
        [
            dict(
                zip(
                    titles,
                    (_triple(ijk, 0), _triple(first, 2), _triple(second, 2), quantity_number(apart, "mm")),
                    strict=True,
                )
            )
            for ijk, first, second, apart in rows
        ],
        border="horizontal",
    )


def _sidecar_tr(image_id: str | None) -> float | None:
    """Return the RepetitionTime of an image's sidecars, None where there is none that is a number."""
    found = study_files.study_of(image_id)
    stated = read_sidecar(*found).values.get("RepetitionTime") if found else None
    is_number = stated is not None and isinstance(stated.value, int | float) and not isinstance(stated.value, bool)
    return float(stated.value) if is_number else None


def _product_latex(parts: AffineParts) -> str:
    steps = (
        ("tilt", parts.tilt, 4),
        ("shear", parts.shear, 4),
        ("storage", parts.storage, 0),
        ("voxel sizes", np.diag(parts.voxel_sizes), 3),
    )
    return r"\small M = " + r" \cdot ".join(
        f"\\underbrace{{{_matrix(matrix, decimals)}}}_{{\\text{{{name}}}}}" for name, matrix, decimals in steps
    )


def _matrix(matrix, decimals: int) -> str:
    rows = (" & ".join(fixed_text(value, decimals) for value in row) for row in matrix)
    return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"


def _triple(values, decimals: int) -> str:
    return ", ".join(fixed_text(value, decimals) for value in values)
